"""What is cut by a channel's own limits is what the channel takes."""

import pytest

from bot.channels import messenger, sms, whatsapp_send
from bot.channels.kit import Place
from bot.errors import SendError
from bot.message import Limits, Outbound
from bot.policy.split import parts
from bot.registry import ADAPTERS
from tests.channels.runner import REF

OWN = {
    "whatsapp": {"phone_number_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"},
    "telegram": {"token": "7:A", "secret_token": "s"},
    "messenger": {"account_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"},
    "instagram": {"account_id": "1", "access_token": "t", "app_secret": "s", "verify_token": "v"},
    "sms": {"api_url": "http://127.0.0.1", "username": "u", "password": "p", "sender": "08229", "secret": "s"},
    "web": {},
}
TEXTS = {
    "plain": " ".join(f"kata{n}" for n in range(2000)),
    "accents": "désa Cibiru Wétan, énjing-énjing. " * 200,
    "pictures": "Wilujeng énjing 🙏🙏 ti Lembur Pakuan. " * 150,
    "one word": "é" * 9000,
    "two alphabets": "jalan rusak " * 200 + "ᮏᮜᮔ᮪ " * 400,
}


def limits_of(name: str) -> Limits:
    adapter = ADAPTERS[name]
    given = {each.name: each.default for each in adapter.settings} | OWN[name]
    return adapter.build(given, Place("http://127.0.0.1")).limits


def takes(name: str, text: str) -> None:
    """Raises `SendError` where the channel refuses the text."""
    if name == "sms":
        sms.fit(text)
    elif name == "whatsapp":
        whatsapp_send.payload(Outbound(REF, "whatsapp:1", "62", text))
    elif name in ("messenger", "instagram"):
        messenger.payload(name, Outbound(REF, f"{name}:1", "178", text))
    elif not 0 < len(text.encode("utf-16-le")) // 2 <= limits_of(name).text:
        raise SendError


@pytest.mark.parametrize("name", ADAPTERS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_parts_fit(name: str, text: str) -> None:
    limits = limits_of(name)
    found = parts(text, limits.text, limits.size)
    for each in found:
        takes(name, each)
    joined = "" if " " not in text else " "
    assert joined.join(found).split() == text.split()
    assert len(found) <= limits.size(text) * 2 // limits.text + 1, "cut no smaller than it must be"


def test_a_text_too_long_by_one_is_refused_by_the_channel_itself() -> None:
    """So that the test above can fail."""
    for name in ("sms", "whatsapp", "messenger", "instagram"):
        with pytest.raises(SendError):
            takes(name, "a" * (limits_of(name).text + 1))
