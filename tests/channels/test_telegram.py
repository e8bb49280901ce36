"""Telegram: what comes in, what goes out, what each error means."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.telegram import Telegram
from bot.errors import ConfigError, Unauthorised, Unreadable
from bot.message import Attachment, Card, Choice, Location, Outbound
from tests.channels.runner import REF, In, Out, check_inbound, check_outbound, choices, table
from tests.fakes.telegram import Failure, FakeTelegram, Person

ACCOUNT = "telegram:7000"
AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
STAMP = int(AT.timestamp())
HOUR = STAMP // 3600

USER = {"id": 3527065, "is_bot": False, "first_name": "Euis", "last_name": "Komariah"}
CHAT = {"id": 3527065, "type": "private", "first_name": "Euis"}
SMALL = {"id": -77, "type": "group", "title": "Warga RW 05"}
GROUP = {"id": -100200, "type": "supergroup", "title": "Warga RW 05"}
FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 9}
VIDEO = {**FILE, "width": 1, "height": 1, "duration": 1}


def update(**body: Any) -> bytes:
    return json.dumps({"update_id": 77, **body}).encode()


def says(chat: dict[str, Any] = CHAT, **content: Any) -> bytes:
    return update(message={"message_id": 5, "from": USER, "chat": chat, "date": STAMP, **content})


def presses(data: str | None = "m.2.ya", chat: dict[str, Any] = CHAT, **message: Any) -> bytes:
    keyboard = {"inline_keyboard": [[{"text": "Ya, kirim", "callback_data": "m.2.ya"}]]}
    shown = {"message_id": 4, "chat": chat, "date": STAMP, "text": "Kirim?", "reply_markup": keyboard, **message}
    query = {"id": "99", "from": USER, "chat_instance": "1", "message": shown}
    return update(callback_query=query | ({"data": data} if data else {}))


def card(user_id: int | None) -> dict[str, Any]:
    return {"phone_number": "+628111000111", "first_name": "Euis"} | ({"user_id": user_id} if user_id else {})


def file(kind: Any, mime: str = "", name: str = "", ref: str = "F1", size: int = 9) -> dict[str, Any]:
    return {"kind": kind, "attachments": (Attachment(kind, ref, mime, name, size),)}


EVENT = {"kind": "event", "address": None}


def member(status: Any, chat: dict[str, Any] = CHAT) -> bytes:
    """Barely what Telegram sends: whoever is blocked must not be answered because some field is missing."""
    new = {"status": status} if status else {}
    return update(
        my_chat_member={"chat": chat, "from": USER, "date": STAMP, "old_chat_member": {}, "new_chat_member": new}
    )


def edits(**content: Any) -> bytes:
    head = {"message_id": 5, "from": USER, "chat": CHAT, "date": STAMP, "edit_date": STAMP + 9}
    return update(edited_message=head | content)


def reacts(*new: dict[str, Any]) -> bytes:
    event = {"chat": CHAT, "message_id": 4, "user": USER, "date": STAMP, "old_reaction": [], "new_reaction": list(new)}
    return update(message_reaction=event)


def unknown(what: str, text: str = "") -> dict[str, Any]:
    return {"kind": "unsupported", "silent": False, "text": text, "details": {"what": what}}


ANSWERED = {"message_id": 3, "chat": CHAT, "date": STAMP, "text": "Di mana?"}
FORWARDED = {"type": "hidden_user", "sender_user_name": "Asep", "date": STAMP}
POLL = {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False, "is_anonymous": True,
        "type": "regular", "allows_multiple_answers": False, "allows_revoting": False, "members_only": False}  # fmt: skip

MIGRATED = {
    "kind": "chat_moved",
    "address": "-77",
    "aliases": (("user_id", "-100200"),),
    "moved_from": ("-77",),
    "silent": True,
    "sent_at": AT,
}
MIGRATED_ITEM = {"kind": "message", "address": "-77", "external_id": "migrated:-77:-100200", "hour": HOUR}

INBOUND = [
    In(
        "text",
        says(text="Jalan rusak"),
        {
            "address": "3527065",
            "external_id": "3527065:5",
            "kind": "text",
            "text": "Jalan rusak",
            "name": "Euis Komariah",
            "sent_at": AT,
            "silent": False,
        },
        {"account": ACCOUNT, "kind": "message", "external_id": "77", "address": "3527065", "hour": HOUR, "part": None},
    ),
    In("start link", says(text="/start t-42"), {"kind": "text", "text": "/start t-42"}),
    In("NUL and lone surrogates", says(text="a\0b\ud800c"), {"text": "ab?c"}),
    In("newer fields", says(text="a", hologram={"a": 1}), {"text": "a"}),
    In(
        "button",
        presses(),
        {"kind": "choice", "choice": "m.2.ya", "text": "Ya, kirim", "address": "3527065"},
        {"hour": 0},
    ),
    In("button of an older keyboard", presses("m.1.ya"), {"kind": "choice", "choice": "m.1.ya", "text": ""}),
    In("button under a lost message", presses(date=0), {"kind": "choice", "choice": "m.2.ya", "reply_to": "3527065:4"}),
    In("button without data", presses(None), {"kind": "unsupported", "details": {"what": "game"}}),
    In("button in a group", presses(chat=GROUP), None, EVENT),
    In(
        "photo",
        says(photo=[VIDEO, {**VIDEO, "file_id": "big"}], caption="Lubang"),
        {"text": "Lubang", **file("image", "image/jpeg", ref="big")},
    ),
    In("video", says(video={**VIDEO, "mime_type": "video/mp4"}), file("video", "video/mp4")),
    In("animation", says(animation=VIDEO, document=FILE), file("video")),
    In("video note", says(video_note={**FILE, "length": 9, "duration": 1}), file("video")),
    In("voice", says(voice={**FILE, "duration": 3, "mime_type": "audio/ogg"}), file("voice", "audio/ogg")),
    In("audio", says(audio={**FILE, "duration": 3, "file_name": "a.mp3"}), file("audio", name="a.mp3")),
    In("document", says(document={**FILE, "file_name": "surat.pdf"}), file("document", name="surat.pdf")),
    In(
        "sticker",
        says(sticker={**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}),
        file("sticker"),
    ),
    In(
        "location",
        says(location={"latitude": -6.9, "longitude": 107.6}),
        {"kind": "location", "location": Location(-6.9, 107.6)},
    ),
    In(
        "venue",
        says(
            location={"latitude": -6.9, "longitude": 107.6},
            venue={"location": {"latitude": -6.9, "longitude": 107.6}, "title": "Gedung Sate", "address": "Diponegoro"},
        ),
        {"location": Location(-6.9, 107.6, "Gedung Sate, Diponegoro")},
    ),
    In(
        "live location",
        says(location={"latitude": -6.9, "longitude": 107.6, "live_period": 900}),
        {"kind": "location", "location": Location(-6.9, 107.6), "details": {"live": True}},
    ),
    In(
        "live location, moved",
        edits(location={"latitude": -6.8, "longitude": 107.6, "live_period": 900}),
        {"kind": "edited", "target": "3527065:5", "location": Location(-6.8, 107.6), "silent": True},
    ),
    In(
        "own card",
        says(contact=card(3527065)),
        {
            "kind": "contact",
            "phone": "628111000111",
            "text": "Euis +628111000111",
            "cards": (Card("Euis", ("628111000111",), proof=True),),
            "aliases": (("phone", "628111000111"), ("user_id", "3527065")),
        },
    ),
    In(
        "somebody's card",
        says(contact=card(1)),
        {
            "kind": "contact",
            "phone": "",
            "cards": (Card("Euis", ("628111000111",)),),
            "aliases": (("user_id", "3527065"),),
        },
    ),
    In("card of nobody here", says(contact=card(None)), {"phone": "", "cards": (Card("Euis", ("628111000111",)),)}),
    In(
        "user name",
        update(message={**ANSWERED, "from": {**USER, "username": "euis_k"}}),
        {"aliases": (("user_id", "3527065"), ("username", "euis_k"))},
    ),
    In("one of an album", says(photo=[VIDEO], media_group_id="136"), {"kind": "image", "album": "136"}),
    In("answer", says(text="a", reply_to_message=ANSWERED), {"reply_to": "3527065:3"}),
    In(
        "answer to a part",
        says(text="a", reply_to_message=ANSWERED, quote={"text": "mana", "position": 3}),
        {"reply_to": "3527065:3", "details": {"quote": "mana"}},
    ),
    In("forwarded", says(text="a", forward_origin=FORWARDED), {"forwarded": 1, "text": "a"}),
    In("dice", says(dice={"emoji": "🎲", "value": 3}), unknown("dice")),
    In("poll", says(poll=POLL), unknown("poll")),
    In("story", says(story={"chat": CHAT, "id": 1}), unknown("story")),
    In("checklist", says(checklist={"title": "Belanja", "tasks": []}), unknown("checklist")),
    In("content of tomorrow", says(hologram={"a": 1}, caption="Lihat"), unknown("hologram", "Lihat")),
    In("message of nothing", says(), unknown("")),
    In(
        "edited",
        edits(text="b"),
        {
            "kind": "edited",
            "text": "b",
            "target": "3527065:5",
            "external_id": "3527065:5:edit:77",
            "sent_at": AT + timedelta(seconds=9),
            "silent": True,
        },
        {"kind": "message", "hour": HOUR},
    ),
    In("caption edited", edits(photo=[VIDEO], caption="c"), {"kind": "edited", "text": "c", "attachments": ()}),
    In(
        "reaction",
        reacts({"type": "emoji", "emoji": "👍"}),
        {"kind": "reaction", "emoji": "👍", "target": "3527065:4", "silent": True},
    ),
    In("reaction taken back", reacts(), {"kind": "reaction", "emoji": "", "target": "3527065:4", "silent": True}),
    In("reaction of one's own", reacts({"type": "custom_emoji", "custom_emoji_id": "1"}), {"emoji": "★"}),
    In("blocked", member("kicked"), {"kind": "blocked", "silent": True, "address": "3527065"}, {"kind": "message"}),
    In("unblocked", member("member"), {"kind": "unblocked", "silent": True}),
    In("member of a new kind", member("ghost"), None),
    In("member of no kind", member(None), None),
    In("member of an odd kind", member([1]), None),
    In("member of a group", member("kicked", GROUP), None, EVENT),
    In("group", says(GROUP, text="halo"), None, {**EVENT, "hour": HOUR}),
    In("channel post", update(channel_post={"message_id": 1, "chat": GROUP, "date": STAMP}), None, EVENT),
    In("chat moved, told in the old one", says(SMALL, migrate_to_chat_id=-100200), MIGRATED, MIGRATED_ITEM),
    In("chat moved, told in the new one", says(GROUP, migrate_from_chat_id=-77), MIGRATED, MIGRATED_ITEM),
    In("chat moved to itself", says(SMALL, migrate_to_chat_id=-77), None, EVENT),
    In("chat moved to something odd", says(SMALL, migrate_to_chat_id="x"), None, EVENT),
    In("pinned", says(pinned_message={}), None, EVENT),
    In("timer changed", says(message_auto_delete_timer_changed={"message_auto_delete_time": 9}), None, EVENT),
    In("update of tomorrow", update(hologram={}), None, EVENT),
    In("message that is text", update(message="halo"), None, EVENT),
    In("chat without an id", says({"type": "private"}, text="a"), None, EVENT),
    In(
        "no date",
        update(message={"message_id": 5, "chat": CHAT, "text": "a"}),
        "KeyError, date",
        {"address": "3527065"},
    ),
    In("sender of no kind", update(message={**ANSWERED, "from": {"id": 5}}), "TypeError, "),
    In("no number of the update", json.dumps({"message": ANSWERED}).encode(), {"text": "Di mana?"}),
    In("date too great", says(text="a", date=10**18), "not an update", {"address": "3527065", "hour": 0}),
    In("photo of nothing", says(photo=[{}]), "not an update", {"address": "3527065"}),
]


def channel() -> Telegram:
    return Telegram("7000:AAtoken", "tg-secret")


@table(INBOUND)
def test_inbound(case: In) -> None:
    check_inbound(channel(), case)


@pytest.mark.parametrize("number", [None, "77", 7.5, True, [], 10**30])
def test_an_update_without_a_usable_number_is_named_by_its_bytes(number: Any) -> None:
    body = update(message={"message_id": 5, "from": USER, "chat": CHAT, "date": STAMP, "text": "a"}, update_id=number)
    [item] = channel().split(body)
    assert len(item.external_id) == 64


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"\xff", b"[" * 100_000])
def test_what_cannot_be_split(body: bytes) -> None:
    with pytest.raises(Unreadable):
        channel().split(body)


def keys(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data}] for data, label in rows]}


OUTBOUND = [
    Out(
        "text",
        "Sampurasun",
        request={"chat_id": 3527065, "text": "Sampurasun", "link_preview_options": {"is_disabled": True}},
    ),
    Out("4,096 characters", "x" * 4096, request={"text": "x" * 4096}),
    Out("4,097 characters", "x" * 4097, fault={"name": "payload", "retryable": False}),
    Out("no text", "", fault={"name": "payload"}),
    Out("markup is only text", "*a* _b_ <i>c</i>", request={"text": "*a* _b_ <i>c</i>", "parse_mode": None}),
    Out("buttons", "Kirim?", choices("Ya", "Tidak"), request={"reply_markup": keys(("c1", "Ya"), ("c2", "Tidak"))}),
    Out(
        "one label twice", "Mana?", choices("Itu", "Itu"), request={"reply_markup": keys(("c1", "Itu"), ("c2", "Itu"))}
    ),
    Out("label of 65", "Mana?", choices("x" * 65), request={"reply_markup": None}),
    Out("label of blanks", "Mana?", choices(" "), request={"reply_markup": None}),
    Out("chat by name", "Halo", address="@somebody", fault={"name": "payload"}),
]


@table(OUTBOUND)
async def test_outbound(case: Out, telegram: Telegram, fake: FakeTelegram) -> None:
    Person(fake)
    address = case.address or "3527065"
    await check_outbound(
        telegram, Out(**{**vars(case), "address": address}), ACCOUNT, lambda: [one.payload for one in fake.sent]
    )


async def test_data_of_65_bytes_leaves_the_numbered_text(telegram: Telegram, fake: FakeTelegram) -> None:
    Person(fake)
    await telegram.send(Outbound(REF, ACCOUNT, "3527065", "Mana?", (Choice("é" * 33, "Ini"),)))
    assert fake.sent[0].buttons == []


async def test_a_pressed_button_is_acknowledged(telegram: Telegram, fake: FakeTelegram) -> None:
    euis = Person(fake)
    await telegram.send(Outbound(REF, ACCOUNT, "3527065", "Kirim?", choices("Ya")))
    pressed = json.dumps(euis.presses("c1")).encode()
    await telegram.acknowledge("message", pressed)
    assert len(fake.answered) == 1
    # Nothing that can happen here may harm the turn.
    for kind, raw in [("event", pressed), ("message", says(text='"callback_query"')), ("message", b'"callback_query"')]:
        await telegram.acknowledge(kind, raw)
    await telegram.acknowledge("message", presses())  # too old
    fake.fail_next.append(Failure(502, body="<html>"))
    await telegram.acknowledge("message", pressed)
    assert len(fake.answered) == 1


def test_secret() -> None:
    header = "X-Telegram-Bot-Api-Secret-Token"
    channel().verify({header: "tg-secret"}, b"")
    for wrong in ({}, {header: ""}, {header: "tg-secre"}, {header: "TG-SECRET"}, {header: "tg-secret "}, {header: "é"}):
        with pytest.raises(Unauthorised, match=r"^not signed by the platform$"):
            channel().verify(wrong, b"")
    with pytest.raises(Unauthorised):
        channel().challenge({"hub.mode": "subscribe"})


@pytest.mark.parametrize(("token", "secret"), [("", "s"), ("7000", "s"), ("bot:x", "s"), ("7000:x", "")])
def test_half_a_channel_refuses_to_start(token: str, secret: str) -> None:
    with pytest.raises(ConfigError):
        Telegram(token, secret)
