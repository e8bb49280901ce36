"""Odd webhooks by the hundred: what Meta and Telegram send, with something else in one place, and JSON of no shape at all."""

from typing import Any

from hypothesis import strategies as st

from tests.fakes.citizen import Citizen, value, webhook

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["\ud800", "a\0b", "628111", "ID.42", "private", "text", "9" * 5000, 10**400, -1, 1e308]),
)
WORDS = [
    "id", "from", "from_user_id", "timestamp", "type", "text", "body", "interactive", "button_reply", "list_reply",
    "image", "audio", "location", "latitude", "longitude", "contacts", "reaction", "errors", "status", "recipient_id",
    "biz_opaque_callback_data", "profile", "name", "message", "chat", "date", "photo", "file_id", "callback_query",
    "data", "update_id", "voice", "edited_message", "message_id", "address", "choice", "at", "contact", "phones", "context",
    "forwarded", "referral", "nfm_reply", "response_json", "order", "product_items", "edit", "revoke", "original_message_id",
    "system", "user_id", "previous_user_id", "wa_id", "pricing", "billable", "emoji", "reply_to_message", "quote",
    "media_group_id", "forward_origin", "my_chat_member", "new_chat_member", "message_reaction", "new_reaction", "venue",
]  # fmt: skip
names = st.one_of(st.sampled_from(WORDS), st.text(max_size=5))
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)


def grafted(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with something else in one place."""
    if not isinstance(tree, dict | list) or not tree or draw(st.integers(0, 4)) == 0:
        return draw(anything)
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    key: Any = draw(st.sampled_from(sorted(copy) if isinstance(copy, dict) else range(len(copy))))
    copy[key] = grafted(draw, copy[key])
    return copy


euis = Citizen()
SAID = [
    euis.text("a"), euis.button("a", "b"), euis.row("a", "b"), euis.image("a"), euis.voice(), euis.location(),
    euis.reaction(), euis.unsupported(), euis.quick_reply("a", "b"),
    euis.cards({"name": {"formatted_name": "x"}, "phones": [{"phone": "1"}], "origin": "contact_request"}),
    euis.form({"flow_token": "a", "b": 1}), euis.edit("w", "a"), euis.revoke("w"), euis.new_number("628", "ID.4"),
    euis.message("order", {"catalog_id": "1", "product_items": [{"quantity": 1}]}),
    euis.text("a", context={"id": "w", "forwarded": True, "referred_product": {"catalog_id": "1"}}),
    euis.text("a", referral={"source_url": "u", "headline": "h"}),
    {**euis.image("a"), "image": {"caption": "a"}, "errors": [{"code": 131052, "title": "a"}]},
]  # fmt: skip
STATUS = {"id": "w", "status": "failed", "timestamp": "1790000000", "recipient_id": "628111",
          "pricing": {"billable": True, "type": "regular", "category": "service"},
          "errors": [{"code": 1, "title": "a", "error_data": {"details": "b"}}]}  # fmt: skip
GOOD = euis.text("the good one", id="wamid.good")
USER = {"id": 5, "is_bot": False, "first_name": "Euis"}
HEAD = {"message_id": 5, "from": USER, "chat": {"id": 5, "type": "private"}, "date": 1790000000}
PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
KEYBOARD = {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}
UPDATES = [
    {"message": {**HEAD, "text": "a"}},
    {"message": {**HEAD, "photo": PHOTO, "caption": "c"}},
    {"message": {**HEAD, "location": {"latitude": 1.0, "longitude": 2.0}}},
    {"message": {**HEAD, "contact": {"phone_number": "1", "first_name": "a", "user_id": 5}}},
    {"edited_message": {**HEAD, "edit_date": 1790000000, "text": "b"}},
    {"edited_message": {**HEAD, "edit_date": 1790000000, "location": {"latitude": 1.0, "longitude": 2.0, "live_period": 9}}},
    {"message": {**HEAD, "text": "a", "reply_to_message": {**HEAD, "text": "b"}, "quote": {"text": "b", "position": 0}}},
    {"message": {**HEAD, "text": "a", "forward_origin": {"type": "hidden_user", "sender_user_name": "a", "date": 1}}},
    {"message": {**HEAD, "photo": PHOTO, "media_group_id": "7"}},
    {"message": {**HEAD, "story": {"chat": {"id": 5, "type": "private"}, "id": 1}}},
    {"message_reaction": {"chat": {"id": 5, "type": "private"}, "message_id": 4, "user": USER, "date": 1790000000,
                          "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "a"}]}},
    {"my_chat_member": {"chat": {"id": 5, "type": "private"}, "from": USER, "date": 1790000000,
                        "old_chat_member": {}, "new_chat_member": {"status": "kicked"}}},
    {"callback_query": {"id": "1", "from": USER, "data": "b", "chat_instance": "1",
                        "message": {**HEAD, "text": "q", "reply_markup": KEYBOARD}}},
]  # fmt: skip


@st.composite
def odd_whatsapp(draw: st.DrawFn) -> dict[str, Any]:
    one = value("100200300", messages=[draw(st.sampled_from(SAID))], contacts=[euis.contact()], statuses=[STATUS])
    return grafted(draw, webhook([one]))


@st.composite
def odd_telegram(draw: st.DrawFn) -> Any:
    return grafted(draw, {"update_id": 1, **draw(st.sampled_from(UPDATES))})
