"""WhatsApp: cards, answers, what is done to older messages, and what WhatsApp says itself."""

from bot.message import Card
from tests.channels.runner import In, check_inbound, table
from tests.channels.test_whatsapp import UNSUPPORTED, asep, channel, euis, hidden, said
from tests.fakes.citizen import envelope

KINDS = [
    In(
        "contact cards",
        said(euis.cards({"name": {"formatted_name": "Pak RT"}, "phones": [{"phone": "+62 811"}, 7]}, {"name": 5}, "x")),
        {
            "kind": "contact",
            "text": "Pak RT +62 811",
            "phone": "628111000111",
            "cards": (Card("Pak RT", ("+62 811",)), Card()),
        },
    ),
    In(
        "own number, asked for",
        said(hidden.cards({"origin": "contact_request", "phones": [{"phone": "+62 811-1000-222"}]}), hidden),
        {
            "cards": (Card("", ("+62 811-1000-222",), proof=True),),
            "phone": "628111000222",
            "aliases": (("user_id", "ID.ENT.777abc"), ("phone", "628111000222")),
        },
    ),
    In(
        "a card that was picked",
        said(hidden.cards({"origin": "other", "phones": [{"phone": "0811", "wa_id": "628111000222"}]}), hidden),
        {"cards": (Card("", ("0811",)),), "phone": "", "aliases": (("user_id", "ID.ENT.777abc"),)},
    ),
    In(
        "every name of a sender",
        envelope(
            "100200300",
            messages=[euis.text("a", from_parent_user_id="ID.ENT.118")],
            contacts=[{**euis.contact(), "profile": {"name": "Euis", "username": "euis.k"}}],
        ),
        {
            "aliases": (
                ("phone", "628111000111"),
                ("user_id", "ID.13491208655302741918"),
                ("parent", "ID.ENT.118"),
                ("username", "euis.k"),
            )
        },
    ),
    In(
        "answer",
        said(euis.text("ya", context={"from": "62", "id": "wamid.Q"})),
        {"reply_to": "wamid.Q", "forwarded": 0},
    ),
    In("answer to an odd id", said(euis.text("ya", context={"id": 7})), {"reply_to": "", "text": "ya"}),
    In("context that is text", said(euis.text("ya", context="wamid.Q")), {"reply_to": "", "forwarded": 0}),
    In("forwarded", said(euis.text("a", context={"forwarded": True})), {"forwarded": 1}),
    In(
        "forwarded often",
        said(euis.text("a", context={"frequently_forwarded": True, "forwarded": True})),
        {"forwarded": 2},
    ),
    In("forwarded, says a text", said(euis.text("a", context={"forwarded": "yes"})), {"forwarded": 0}),
    In(
        "from an advertisement",
        said(
            euis.text("a", referral={"source_type": "ad", "headline": "Lapor jalan", "media_type": "image", "body": 7})
        ),
        {"details": {"referral": {"source_type": "ad", "headline": "Lapor jalan", "body": "7"}}},
    ),
    In(
        "from the catalogue",
        said(euis.text("a", context={"referred_product": {"catalog_id": "1", "product_retailer_id": "p"}})),
        {"details": {"product": {"catalog_id": "1", "product_retailer_id": "p"}}},
    ),
    In(
        "order",
        said(euis.message("order", {"catalog_id": "1", "text": "dua", "product_items": [{"quantity": 2}, "x"]})),
        {"kind": "order", "text": "dua", "details": {"order": {"catalog_id": "1", "items": [{"quantity": "2"}]}}},
    ),
    In(
        "reaction",
        said(euis.reaction("👍", to="wamid.T")),
        {"kind": "reaction", "emoji": "👍", "target": "wamid.T", "silent": True},
    ),
    In(
        "reaction taken back",
        said(euis.message("reaction", {"message_id": "wamid.T"})),
        {"kind": "reaction", "emoji": "", "target": "wamid.T", "silent": True},
    ),
    In("reaction to nothing", said(euis.message("reaction", "x")), {"kind": "reaction", "target": "", "silent": True}),
    In(
        "edit",
        said(euis.edit("wamid.T", "Jalan Melati")),
        {"kind": "edited", "target": "wamid.T", "text": "Jalan Melati", "silent": True},
    ),
    In("edit without words", said(euis.message("edit", {"message": {"type": "edit"}})), {"kind": "edited", "text": ""}),
    In("revoke", said(euis.revoke("wamid.T")), {"kind": "deleted", "target": "wamid.T", "silent": True}),
    In(
        "new number",
        said(euis.new_number("628999000999", "ID.new2"), None),
        {
            "kind": "number_changed",
            "silent": True,
            "aliases": (("phone", "628999000999"), ("user_id", "ID.new2")),
            "moved_from": ("628111000111", "ID.13491208655302741918"),
            "phone": "",
        },
        {"address": "ID.13491208655302741918"},
    ),
    In(
        "new number, older words",
        said(asep.message("system", {"type": "user_changed_number", "new_wa_id": "628999"}), None),
        {"aliases": (("phone", "628999"),), "moved_from": ("628222000222",)},
        {"address": "628222000222"},
    ),
    In(
        "new user id, no phone",
        said(
            hidden.message(
                "system",
                {
                    "type": "user_changed_user_id",
                    "previous_user_id": "ID.old1",
                    "user_id": "ID.new2",
                    "parent_user_id": "ID.ENT.2",
                    "previous_parent_user_id": "ID.ENT.1",
                },
                from_user_id=None,
            ),
            None,
        ),
        {
            "kind": "id_changed",
            "address": "ID.old1",
            "aliases": (("user_id", "ID.new2"), ("parent", "ID.ENT.2")),
            "moved_from": ("ID.old1", "ID.ENT.1"),
        },
        {"address": "ID.old1"},
    ),
    In(
        "new keys on the phone",
        said(euis.message("system", {"type": "customer_identity_changed"}, identity={"hash": "x"})),
        {"kind": "identity_changed", "silent": True, "aliases": ()},
    ),
    In(
        "system of a new kind",
        said(euis.message("system", {"type": "user_flew"})),
        {"kind": "system", "silent": True, "details": {"what": "user_flew"}},
    ),
    In("system of nothing", said(euis.message("system")), UNSUPPORTED),
    In("first open", said(euis.message("request_welcome")), None),
    In(
        "unsupported",
        said(euis.unsupported()),
        {**UNSUPPORTED, "details": {"what": "poll_creation", "error": "Message type unknown (131051)"}},
    ),
    In("unsupported, no node", said(euis.message("unsupported")), {**UNSUPPORTED, "details": {"what": "unsupported"}}),
    In("unknown, as it was called", said(euis.message("unknown")), {**UNSUPPORTED, "details": {"what": "unknown"}}),
    In("errors that are text", said(euis.message("unknown", errors="x")), {"details": {"what": "unknown"}}),
]


@table(KINDS)
def test_inbound_kinds(case: In) -> None:
    check_inbound(channel(), case)
