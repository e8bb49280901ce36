"""What a Telegram update says, read by python-telegram-bot's `Update`: one reader for each kind of update and of content."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from telegram import Message, Update, User

from bot.channels.http import seconds
from bot.channels.telegram import moved
from bot.errors import Unreadable
from bot.message import Attachment, Card, Inbound, Location, clean

Said = dict[str, Any]

_MEMBER = {"kicked": "blocked", "member": "unblocked"}
_CUSTOM = "★"
"""A reaction that is no emoji: a picture of somebody's own, or a paid star."""
# What every message may have; whatever else stands in one is what it is about.
_HEAD = frozenset(
    "message_id from chat date edit_date text entities caption caption_entities reply_to_message quote external_reply "
    "forward_origin forward_from forward_from_chat forward_date forward_sender_name via_bot sender_chat sender_business_bot "
    "media_group_id author_signature has_protected_content is_from_offline link_preview_options effect_id reply_markup "
    "show_caption_above_media has_media_spoiler message_thread_id is_topic_message is_automatic_forward".split()
)


def read_update(data: dict[str, Any]) -> Inbound | None:
    number = data.get("update_id")
    if isinstance(member := data.get("my_chat_member"), dict):
        return _member(member, number)
    try:
        # the number names the item at the door; reading does not need it
        update = Update.de_json({**data, "update_id": number if type(number) is int else 0}, None)
        for name, read in UPDATES.items():
            if (said := getattr(update, name)) is not None:
                return read(said, update, data[name])
    except Exception as error:  # the library trusts Telegram's shapes and fails with whatever comes first
        raise Unreadable(f"not an update as Telegram documents it: {_why(error)}") from error
    return None


def _why(error: Exception) -> str:
    """What is missing, by name; never a value, which may be a citizen's words."""
    named = re.search(r"'([a-z_]+)'", str(error)) if isinstance(error, KeyError | TypeError) else None
    return f"{type(error).__name__}, {named[1]}" if named else type(error).__name__


# -- kinds of update -------------------------------------------------------------------------------


def _message(message: Message, update: Update, raw: Any) -> Inbound | None:
    if (ends := moved(raw)) is not None:
        return _migrated(str(ends[0]), str(ends[1]), message.date)
    return _inbound(message, _name_of(message.chat.id, message.message_id), _content(message, raw), message.date)


def _migrated(old: str, new: str, at: datetime | None) -> Inbound:
    """News about the chat under the number that we know; the new number is another name of whoever is reached there."""
    return Inbound(
        address=old,
        external_id=f"migrated:{old}:{new}",
        kind="chat_moved",
        sent_at=_time(at),
        silent=True,
        aliases=(("user_id", new),),
        moved_from=(old,),
    )


def _edited(message: Message, update: Update, raw: Any) -> Inbound | None:
    """New words, or the next place of a live location: Telegram repeats the whole message under its old number."""
    name = _name_of(message.chat.id, message.message_id)
    said = _content(message, raw) | {"kind": "edited", "silent": True, "target": name}
    said.pop("attachments", None)  # a file that replaces another one cannot be told from one whose caption has changed
    return _inbound(message, f"{name}:edit:{update.update_id}", said, message.edit_date)


def _inbound(message: Message, name: str, said: Said, at: datetime | None) -> Inbound:
    own = next((card.phones[0] for card in said.get("cards", ()) if card.proof and card.phones), "")
    answered, details = message.reply_to_message, said.pop("details", {})
    if message.quote is not None:
        details = {**details, "quote": clean(message.quote.text, 500)}
    return Inbound(
        address=str(message.chat.id),
        external_id=clean(name, 512),
        name=_name(message.from_user),
        phone=own,
        sent_at=_time(at),
        reply_to=_name_of(message.chat.id, answered.message_id) if answered is not None else "",
        forwarded=1 if message.forward_origin is not None else 0,
        album=clean(message.media_group_id, 64),
        aliases=_aliases(message.from_user, own),
        details=details,
        **said,
    )


def _pressed(query: Any, update: Update, raw: Any) -> Inbound | None:
    """A button. Its message may be too old for Telegram to show (date 0): chat and number are all that is left then."""
    if query.message is None:
        return None
    label = ""
    if isinstance(query.message, Message) and query.message.reply_markup is not None:
        for row in query.message.reply_markup.inline_keyboard:
            label = next((one.text for one in row if one.callback_data == query.data), label)
    return Inbound(
        address=str(query.message.chat.id),
        external_id=clean(f"callback:{query.id}", 512),
        kind="choice" if query.data else "unsupported",
        text=clean(label),
        choice=clean(query.data, 256),
        name=_name(query.from_user),
        reply_to=_name_of(query.message.chat.id, query.message.message_id),
        aliases=_aliases(query.from_user),
        details={} if query.data else {"what": "game"},
    )


def _reaction(event: Any, update: Update, raw: Any) -> Inbound | None:
    emoji = "".join(clean(getattr(one, "emoji", _CUSTOM), 16) for one in event.new_reaction)
    name = _name_of(event.chat.id, event.message_id)
    return Inbound(
        address=str(event.chat.id),
        external_id=clean(f"{name}:reaction:{update.update_id}", 512),
        kind="reaction",
        text=emoji,
        emoji=emoji,
        target=name,
        name=_name(event.user),
        sent_at=_time(event.date),
        silent=True,
        aliases=_aliases(event.user),
    )


UPDATES: dict[str, Callable[[Any, Update, Any], Inbound | None]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "message_reaction": _reaction,
}
"""`my_chat_member` is read without the library, which wants more of it than we do."""


def _member(event: dict[str, Any], number: object) -> Inbound | None:
    """The citizen blocked the bot, or took that back."""
    chat, new = event.get("chat"), event.get("new_chat_member")
    state = new.get("status") if isinstance(new, dict) else None
    kind, id_ = _MEMBER.get(state) if isinstance(state, str) else None, chat.get("id") if isinstance(chat, dict) else 0
    if kind is None or type(id_) is not int:
        return None
    at = seconds(event.get("date"))
    sent_at = datetime.fromtimestamp(at, UTC) if at else None
    name = f"{id_}:member:{number if type(number) is int else at}"
    return Inbound(str(id_), clean(name, 512), kind, silent=True, sent_at=sent_at)


# -- kinds of content ------------------------------------------------------------------------------


def _content(message: Message, raw: Any) -> Said:
    for read in CONTENT:
        if (said := read(message)) is not None:
            return said
    what = next((key for key in raw if key not in _HEAD), "") if isinstance(raw, dict) else ""
    return {"kind": "unsupported", "text": clean(message.caption), "details": {"what": clean(what, 64)}}


def _text(message: Message) -> Said | None:
    return {"kind": "text", "text": clean(message.text)} if message.text is not None else None


def _place(message: Message) -> Said | None:
    """A venue has a location too, and its name; a live location will be told again as an edit."""
    if message.venue is not None:
        name = ", ".join(filter(None, (clean(message.venue.title, 256), clean(message.venue.address, 512))))
        return {"kind": "location", "location": _location(message.venue.location, name)}
    if message.location is None:
        return None
    live = message.location.to_dict().get("live_period")  # the attribute warns of its own future
    return {"kind": "location", "location": _location(message.location), "details": {"live": True} if live else {}}


def _contact(message: Message) -> Said | None:
    """A card proves a number only where it is the sender's own: then Telegram itself has written the number into it."""
    if message.contact is None:
        return None
    card = message.contact
    own = message.from_user is not None and card.user_id == message.from_user.id
    words = [clean(word, 256) for word in (card.first_name, card.last_name, card.phone_number) if word]
    phone = clean(card.phone_number, 32).lstrip("+")
    shown = Card(" ".join(words[:-1]), (phone,) if phone else (), own)
    return {"kind": "contact", "text": " ".join(words), "cards": (shown,)}


def _with_file(message: Message) -> Said | None:
    if (file := _file(message)) is None:
        return None
    return {"kind": file.kind, "text": clean(message.caption), "attachments": (file,)}


CONTENT: tuple[Callable[[Message], Said | None], ...] = (_text, _place, _contact, _with_file)
"""The first that fits; what none can read is `unsupported`, by the name of its own field (`poll`, `dice`, `story`, `checklist` …)."""


def _file(message: Message) -> Attachment | None:
    if message.photo:
        largest = message.photo[-1]
        return Attachment("image", clean(largest.file_id), "image/jpeg", size=largest.file_size or 0)
    if message.sticker:
        return Attachment("sticker", clean(message.sticker.file_id), size=message.sticker.file_size or 0)
    if message.video_note:
        return Attachment("video", clean(message.video_note.file_id), size=message.video_note.file_size or 0)
    if message.voice:
        mime = clean(message.voice.mime_type, 128)
        return Attachment("voice", clean(message.voice.file_id), mime, size=message.voice.file_size or 0)
    named = message.animation or message.video or message.audio or message.document
    if named is None:
        return None
    kind: Any = "audio" if named is message.audio else "document" if named is message.document else "video"
    mime, name = clean(named.mime_type, 128), clean(named.file_name, 256)
    return Attachment(kind, clean(named.file_id), mime, name, named.file_size or 0)


def _location(point: Any, name: str = "") -> Location:
    return Location(float(point.latitude), float(point.longitude), name)


def _name_of(chat: object, message: object) -> str:
    """A message's number is unique in its chat only."""
    return f"{chat}:{message}"


def _aliases(user: User | None, phone: str = "") -> tuple[tuple[str, str], ...]:
    if user is None:
        return ()
    names = {"phone": phone, "user_id": str(user.id), "username": clean(user.username, 64)}
    return tuple((kind, name) for kind, name in names.items() if name)


def _name(user: User | None) -> str:
    return clean(user.full_name, 256).strip() if user is not None else ""


def _time(at: datetime | None) -> datetime | None:
    return at if at is not None and at.timestamp() > 0 else None
