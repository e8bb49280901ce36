"""What else a person on Telegram can say: whole updates, as the Bot API words them."""

import time
from typing import Any

from tests.fakes.telegram import Person

Update = dict[str, Any]


def photo(n: int = 0) -> list[dict[str, Any]]:
    return [
        {"file_id": f"p{n}-{s}", "file_unique_id": f"u{n}-{s}", "width": s, "height": s, "file_size": s}
        for s in (90, 800)
    ]


def album(person: Person, count: int, caption: str = "") -> list[Update]:
    """One update a picture; the words stand under the first."""
    group = str(next(person.fake._ids) * 10**6)
    words = [{"caption": caption} if caption and not n else {} for n in range(count)]
    return [person.says(photo=photo(n), media_group_id=group, **words[n]) for n in range(count)]


def answers(person: Person, to: Update, text: str, part: str = "") -> Update:
    quote = {"quote": {"text": part, "position": 0}} if part else {}
    return person.says(text=text, reply_to_message=to["message"], **quote)


def forwards(person: Person, text: str) -> Update:
    origin = {"type": "hidden_user", "sender_user_name": "Asep", "date": int(time.time())}
    return person.says(text=text, forward_origin=origin)


def edits(person: Person, message: Update, **content: Any) -> Update:
    """The whole message again, under its old number."""
    again = {**message["message"], **content, "edit_date": int(time.time()) + 1}
    return person.fake.update(edited_message=again)


def reacts(person: Person, to: Update, *emoji: str) -> Update:
    new = [{"type": "emoji", "emoji": one} for one in emoji]
    event = {"chat": person.chat, "message_id": to["message"]["message_id"], "user": person.user}
    return person.fake.update(
        message_reaction=event | {"date": int(time.time()), "old_reaction": [], "new_reaction": new}
    )


def card(person: Person, phone: str, own: bool = True) -> Update:
    owner = {"user_id": person.id if own else person.id + 1}
    return person.says(contact={"phone_number": phone, "first_name": "Euis", **owner})


def venue(person: Person) -> Update:
    place = {"latitude": -6.9025, "longitude": 107.6188}
    return person.says(location=place, venue={"location": place, "title": "Gedung Sate", "address": "Diponegoro 22"})


def walks(person: Person, latitude: float = -6.9) -> Update:
    """The first place of a live location; `edits` moves it."""
    return person.says(location={"latitude": latitude, "longitude": 107.6, "live_period": 900})


def video_note(person: Person) -> Update:
    return person.says(video_note={"file_id": "vn", "file_unique_id": "uvn", "length": 240, "duration": 3})


def sticker(person: Person) -> Update:
    look = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙏"}
    return person.says(sticker={"file_id": "st", "file_unique_id": "ust", **look})


def animation(person: Person) -> Update:
    file = {"file_id": "an", "file_unique_id": "uan", "width": 1, "height": 1, "duration": 1}
    return person.says(animation=file, document={"file_id": "an", "file_unique_id": "uan"})


def poll(person: Person) -> Update:
    flags = dict.fromkeys(("is_closed", "allows_multiple_answers", "allows_revoting", "members_only"), False)
    asked = {"id": "1", "question": "Jadi?", "options": [{"text": "Ya", "voter_count": 0, "persistent_id": "a"}]}
    return person.says(poll={**asked, **flags, "is_anonymous": True, "total_voter_count": 0, "type": "regular"})


def dice(person: Person) -> Update:
    return person.says(dice={"emoji": "🎲", "value": 3})


def story(person: Person) -> Update:
    return person.says(story={"chat": person.chat, "id": 1})


def checklist(person: Person) -> Update:
    return person.says(checklist={"title": "Belanja", "tasks": [{"id": 1, "text": "Beras"}]})


def pins(person: Person) -> Update:
    """A service message: Telegram's own, about what happened in the chat."""
    return person.says(pinned_message={**person.message(text="x"), "chat": person.chat})


def unblocks(person: Person) -> Update:
    person.fake.blocked.discard(person.id)
    old, new = ({"user": person.fake.me, "status": state} for state in ("kicked", "member"))
    change = {"chat": person.chat, "from": person.user, "date": int(time.time())}
    return person.fake.update(
        my_chat_member=change | {"old_chat_member": old | {"until_date": 0}, "new_chat_member": new}
    )
