"""A platform's error in words that help an officer: each code and each description that a channel knows has some."""

import pytest

from bot.channels import telegram, whatsapp_send
from bot.channels.whatsapp_read import words_of
from bot.desk.faults import WHATSAPP, meaning

UNSAID = {131060}
"""Comes with what citizens send, never as the answer to a send."""


def test_every_code_that_is_known_to_the_channel_has_words() -> None:
    assert set(whatsapp_send.ERRORS) == set(WHATSAPP) - UNSAID
    for number, part, _ in telegram.ERRORS:
        said = {429: "Too Many Requests: retry after 7", 401: "Unauthorized", 404: "Not Found", 409: "Conflict: terminated by other getUpdates",
                413: "Request Entity Too Large", 504: "Gateway Timeout", 403: f"Forbidden: {part}", 400: f"Bad Request: {part}"}  # fmt: skip
        assert meaning("telegram:1", said[number]), (number, part)


@pytest.mark.parametrize(
    ("account", "error", "begins"),
    [
        ("whatsapp:1", words_of({"code": 131047, "title": "Re-engagement message"}), "Sudah lebih dari 24 jam"),
        ("whatsapp:1", words_of({"code": 131026, "title": "Undeliverable", "error_data": {"details": "Old app"}}), "Nomor ini tidak dapat"),
        ("whatsapp:1", "Permission (10)", "Platform menolak kunci"),
        ("whatsapp:1", "AuthException (0)", "Platform menolak kunci"),
        ("whatsapp:1", "Something new (131999)", ""),
        ("whatsapp:1", "Pesan (131047) biasa", ""),
        ("telegram:1", "Forbidden: bot was blocked by the user", "Warga memblokir"),
        ("telegram:1", "Forbidden: user is deactivated", "Akun Telegram warga ini sudah dihapus"),
        ("telegram:1", "Forbidden: bot was kicked from the supergroup chat", "Bot dikeluarkan"),
        ("telegram:1", "Forbidden: bot can't initiate conversation with a user", "Warga belum pernah"),
        ("telegram:1", "Bad Request: message to be replied not found", "Pesan yang Anda jawab"),
        ("telegram:1", "Bad Request: TOPIC_CLOSED", "Topik di grup"),
        ("telegram:1", "I am a teapot", ""),
        ("sms:1", "Undeliverable (131026)", ""),
        ("web", "", ""),
    ],
)  # fmt: skip
def test_in_words(account: str, error: str, begins: str) -> None:
    words = meaning(account, error)
    assert words.startswith(begins) and bool(words) == bool(begins)
