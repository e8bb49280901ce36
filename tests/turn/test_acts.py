"""What an edit, a deletion or a reaction leaves in its message, in whatever order they come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.message import Inbound, Location
from bot.models import Author
from bot.store import talk
from bot.store.batch import Batch
from bot.turn import acts

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def edit(text: str, seconds: float = 0, **more: Any) -> Inbound:
    return Inbound("a", f"e{seconds}", "edited", text, target="m1", silent=True, sent_at=at(seconds), **more)


def reaction(emoji: str) -> Inbound:
    return Inbound("a", "r", "reaction", emoji, emoji=emoji, target="m1", silent=True)


DELETED = Inbound("a", "d", "deleted", target="m1", silent=True, sent_at=at(5))
PLACE = {"latitude": 1.0, "longitude": 2.0, "name": ""}


def moved(latitude: float) -> Inbound:
    return edit("", location=Location(latitude, 2.0))


def texts(data: dict[str, Any]) -> list[str]:
    return [row["text"] for row in data["edits"]]


def does(
    *done: Inbound, author: str = Author.CITIZEN, data: dict[str, Any] | None = None
) -> tuple[list[bool], dict[str, Any]]:
    batch, thread = Batch(NOW), talk.new("whatsapp:1", "a", NOW)
    message = {"id": b"m", "part": thread.part, "seq": 1, "author": author, "body": "lama", "data": data}
    batch.messages[(thread.conversation_id, "m1")] = message
    return [acts.apply(batch, thread, one, NOW) for one in done], message


def test_the_newest_words_are_shown_and_all_others_kept() -> None:
    _, message = does(edit("dua", 1), edit("tiga", 2))
    assert message["body"] == "tiga" and texts(message["data"]) == ["lama", "dua"]


def test_an_edit_that_was_overtaken_only_joins_the_history() -> None:
    _, message = does(edit("tiga", 2), edit("dua", 1))
    assert message["body"] == "tiga" and texts(message["data"]) == ["lama", "dua"]


def test_an_edit_that_changes_nothing_leaves_nothing() -> None:
    _, message = does(edit("lama", 1))
    assert message["body"] == "lama" and message["data"] is None


def test_a_hundred_edits_keep_the_first_words_and_the_last_ones() -> None:
    _, message = does(*(edit(f"kata {n}", n) for n in range(100)))
    kept = texts(message["data"])
    assert len(kept) == acts.MOST_EDITS and kept[0] == "lama" and kept[-1] == "kata 98"


def test_a_live_location_keeps_where_it_began_and_where_it_is() -> None:
    _, message = does(*(moved(n) for n in range(2, 50)), data={"location": PLACE})
    data = message["data"]
    assert data["location"]["latitude"] == 49 and [row["location"] for row in data["edits"]] == [PLACE]


def test_what_was_deleted_stays_as_evidence() -> None:
    _, message = does(DELETED, DELETED, data={"attachments": [1]})
    assert message["body"] == "lama" and message["data"] == {"attachments": [1], "deleted": at(5).isoformat()}


def test_a_reaction_is_replaced_and_taken_back() -> None:
    assert does(reaction("👍"), reaction("❤"))[1]["data"] == {"reactions": {"citizen": "❤"}}
    assert does(reaction("👍"), reaction(""))[1]["data"] is None


@pytest.mark.parametrize("author", [Author.BOT, Author.OFFICER, Author.SYSTEM])
def test_nobody_edits_or_deletes_our_words(author: str) -> None:
    done, message = does(edit("palsu"), DELETED, reaction("👍"), author=author)
    assert done == [False, False, True] and message["body"] == "lama"


def test_what_has_no_target_here_is_a_line_of_its_own() -> None:
    other = Inbound("a", "e", "edited", "baru", target="m2", silent=True)
    assert does(other)[0] == [False]
