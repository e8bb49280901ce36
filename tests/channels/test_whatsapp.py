"""WhatsApp: what comes in, what goes out, what each error means."""

from datetime import UTC, datetime
from typing import Any

from bot.channels.whatsapp import WhatsApp
from bot.message import Attachment, Location
from tests.channels.runner import REF, In, Out, check_inbound, check_outbound, choices, table
from tests.fakes.citizen import Citizen, encode, envelope, value, webhook
from tests.fakes.graph import FakeGraph

ACCOUNT = "whatsapp:100200300"
AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))
HOUR = int(AT.timestamp()) // 3600

euis = Citizen()
asep = Citizen("628222000222", None, "Asep")
hidden = Citizen(user_id="ID.ENT.777abc", name="Rini", hide=True)


def channel(url: str = "http://127.0.0.1:9") -> WhatsApp:
    return WhatsApp("100200300", "graph-token", ("app-secret",), "verify-me", url)


def said(message: dict[str, Any], who: Citizen | None = euis) -> bytes:
    """`who` is None where Meta sends no contact along."""
    return who.body(message) if who else envelope("100200300", messages=[message])


def status(**more: Any) -> bytes:
    one = {"id": "wamid.X", "status": "delivered", "timestamp": STAMP, "recipient_id": "628111000111", **more}
    return envelope("100200300", statuses=[{key: it for key, it in one.items() if it is not None}])


def image(**node: Any) -> dict[str, Any]:
    return euis.message("image", {"id": "3003", "mime_type": "image/jpeg", **node})


UNSUPPORTED: dict[str, Any] = {"kind": "unsupported", "silent": False}

INBOUND = [
    In(
        "text",
        said(euis.text("Jalan rusak di Cibiru", id="wamid.1", timestamp=STAMP)),
        {
            "address": "ID.13491208655302741918",
            "external_id": "wamid.1",
            "kind": "text",
            "text": "Jalan rusak di Cibiru",
            "name": "Euis",
            "phone": "628111000111",
            "sent_at": AT,
            "silent": False,
        },
        {
            "account": ACCOUNT,
            "kind": "message",
            "external_id": "wamid.1",
            "address": "ID.13491208655302741918",
            "hour": HOUR,
            "part": None,
        },
    ),
    In("text, phone only", said(asep.text("halo"), asep), {"address": "628222000222", "phone": "628222000222"}),
    In(
        "text, user id only",
        said(hidden.text("halo"), hidden),
        {"address": "ID.ENT.777abc", "phone": "", "name": "Rini"},
    ),
    In("user id in the phone's field", said(asep.text("halo", **{"from": "ID.42x"})), {"address": "ID.42x"}),
    In("user id of no known shape", said(euis.text("halo", from_user_id="weird id")), {"address": "628111000111"}),
    In("phone as a number", said(asep.text("halo", **{"from": 628222000222})), {"address": "628222000222"}),
    In("phone with a plus", said(asep.text("halo", **{"from": "+628222000222"})), {"address": "628222000222"}),
    In("nobody", said(asep.text("halo", **{"from": None})), "from nobody", {"kind": "message", "address": None}),
    In("sender is an object", said(asep.text("halo", **{"from": {"a": 1}})), "from nobody", {"address": None}),
    In("no contact", envelope("100200300", messages=[euis.text("halo")]), {"name": "", "phone": "628111000111"}),
    In(
        "profile is text",
        envelope("100200300", messages=[euis.text("halo")], contacts=[{"profile": "Euis"}]),
        {"name": ""},
    ),
    In("time in milliseconds", said(euis.text("a", timestamp=STAMP + "000")), {"sent_at": AT}, {"hour": HOUR}),
    In("time as a number", said(euis.text("a", timestamp=int(STAMP))), {"sent_at": AT}, {"hour": HOUR}),
    In("time that is none", said(euis.text("a", timestamp="kemarin")), {"sent_at": None}, {"hour": 0}),
    In("time too great", said(euis.text("a", timestamp="9" * 400)), {"sent_at": None}, {"hour": 0}),
    In("NUL and lone surrogates", said(euis.text("a\0b\ud800c")), {"text": "ab?c"}),
    In("64 kB of text", said(euis.text("x" * 70_000)), {"text": "x" * 65_536}),
    In("emoji and Sundanese", said(euis.text("Wilujeng énjing 🙏🏽")), {"text": "Wilujeng énjing 🙏🏽"}),
    In("text without a body", said(euis.message("text", {})), UNSUPPORTED),
    In("text in the wrong place", said(euis.message("text", "halo")), UNSUPPORTED),
    In(
        "button",
        said(euis.button("m.2.ya", "Ya, kirim")),
        {"kind": "choice", "choice": "m.2.ya", "text": "Ya, kirim"},
    ),
    In("list row", said(euis.row("t.4", "Jalan rusak")), {"kind": "choice", "choice": "t.4", "text": "Jalan rusak"}),
    In("quick reply", said(euis.quick_reply("csat:5", "Puas")), {"kind": "choice", "choice": "csat:5", "text": "Puas"}),
    In("interactive without its node", said(euis.message("interactive")), UNSUPPORTED),
    In("interactive of a new kind", said(euis.message("interactive", {"type": "hologram"})), UNSUPPORTED),
    In("no reply but a permission to call", said(euis.message("interactive", {"type": "call_permission_reply"})), None),
    In(
        "form",
        said(euis.form({"flow_token": "m.2.ya", "rt": "03", "umur": 41, "hewan": ["sapi"]})),
        {
            "kind": "flow",
            "choice": "m.2.ya",
            "text": "",
            "details": {"flow": {"rt": "03", "umur": "41", "hewan": '["sapi"]'}},
        },
    ),
    In("form without a token", said(euis.form({"rt": "03"})), {"choice": "flow/", "details": {"flow": {"rt": "03"}}}),
    In("form of broken JSON", said(euis.form("{rt:")), {"choice": "flow/", "details": {"flow": {"?": "{rt:"}}}),
    In("form that is a list", said(euis.form("[1, 2]")), {"choice": "flow/", "details": {"flow": {"?": "[1, 2]"}}}),
    In("form of nothing", said(euis.form(None)), {"kind": "flow", "choice": "flow/", "details": {"flow": {}}}),
    In("form that is an object", said(euis.form({"flow_token": 7}, raw=True)), {"choice": "flow/"}),
    In(
        "quick reply without a payload",
        said(euis.quick_reply("", "Puas")),
        {"kind": "text", "text": "Puas", "choice": ""},
    ),
    In("quick reply, payload as its words", said(euis.quick_reply("Puas", "Puas")), {"kind": "text", "choice": ""}),
    In("quick reply of nothing", said(euis.message("button", {})), UNSUPPORTED),
    In(
        "image with caption",
        said(image(caption="Lubangnya")),
        {"kind": "image", "text": "Lubangnya", "attachments": (Attachment("image", "3003", "image/jpeg"),)},
    ),
    In(
        "image that could not be fetched",
        said({**image(id=None, caption="Ini"), "errors": [{"code": 131052, "title": "Media download error"}]}),
        {
            "kind": "lost",
            "text": "Ini",
            "attachments": (),
            "details": {"what": "image", "error": "Media download error (131052)"},
        },
    ),
    In(
        "voice note",
        said(euis.voice()),
        {"kind": "voice", "attachments": (Attachment("voice", "4004004004", "audio/ogg; codecs=opus"),)},
    ),
    In("old voice type", said(euis.message("voice", {"id": "7"})), {"attachments": (Attachment("voice", "7"),)}),
    In("audio file", said(euis.message("audio", {"id": "7"})), {"attachments": (Attachment("audio", "7"),)}),
    In("video", said(euis.message("video", {"id": "8"})), {"attachments": (Attachment("video", "8"),)}),
    In("sticker", said(euis.message("sticker", {"id": "9"})), {"attachments": (Attachment("sticker", "9"),)}),
    In(
        "document",
        said(euis.document("surat.pdf")),
        {"attachments": (Attachment("document", "5005005005", "application/pdf", "surat.pdf"),)},
    ),
    In(
        "location",
        said(euis.location(-6.9, 107.6)),
        {"kind": "location", "location": Location(-6.9, 107.6, "Gedung Sate, Jl. Diponegoro 22")},
    ),
    In("location off the globe", said(euis.location(-96.9, 107.6)), UNSUPPORTED),
    In(
        "type from the future",
        said(euis.message("telepathy", {"thought": 1})),
        {**UNSUPPORTED, "details": {"what": "telepathy"}},
    ),
    In("no type", said(euis.text("halo", type=None)), UNSUPPORTED),
    In("type is a list", said(euis.text("halo", type=["text"])), UNSUPPORTED),
    In("in a group", said(euis.text("halo", group_id="g1")), None, {"kind": "event", "address": None}),
    In("message that is text", envelope("100200300", messages=["halo"]), "not an object", {"address": None}),
    In("messages that are none", envelope("100200300", messages={"a": 1}), None, {"kind": "event"}),
    In("out-of-band error", envelope("100200300", errors=[{"code": 130429}]), None, {"kind": "event"}),
    In("nothing in it", envelope("100200300"), None, {"kind": "event", "account": ACCOUNT}),
    In("other field", encode(webhook([value("100200300")], field="account_alerts")), None, {"kind": "event"}),
    In("change that is text", encode({"entry": [{"changes": ["x"]}]}), None, {"kind": "event"}),
    In("entry that is text", encode({"entry": ["x"]}), None, {"kind": "event"}),
    In("entry without changes", encode({"entry": [{"id": "1"}]}), None, {"kind": "event", "account": ACCOUNT}),
    In("other number", envelope("999", messages=[euis.text("a")]), {"text": "a"}, {"account": "whatsapp:999"}),
    In("number that is a path", envelope("../1", messages=[euis.text("a")]), {"text": "a"}, {"account": ACCOUNT}),
    In("id of 513 characters", said(euis.text("a", id="w" * 513)), {"text": "a"}, {"external_id": Any}),
    In(
        "status delivered",
        status(biz_opaque_callback_data=REF),
        {"external_id": "wamid.X", "state": "delivered", "at": AT, "address": "628111000111", "ref": REF, "error": ""},
        {
            "account": ACCOUNT,
            "kind": "status",
            "external_id": f"wamid.X|delivered|{STAMP}",
            "address": "628111000111",
            "hour": HOUR,
            "part": 42,
        },
    ),
    In("status of no reference", status(), {"ref": ""}, {"part": None}),
    In(
        "status of a strange reference",
        status(biz_opaque_callback_data="outbox-42"),
        {"ref": "outbox-42"},
        {"part": None},
    ),
    In(
        "status of part 256", status(biz_opaque_callback_data="a" * 32 + ".256"), {"state": "delivered"}, {"part": None}
    ),
    In(
        "status by user id",
        status(recipient_user_id="ID.9", recipient_id=None),
        {"address": "ID.9"},
        {"address": "ID.9"},
    ),
    In("status sent", status(status="sent"), {"state": "sent"}),
    In("status read", status(status="read"), {"state": "read"}),
    In("status played", status(status="played"), {"state": "played"}),
    In("status of old versions", status(status="deleted"), None),
    In(
        "status failed",
        status(
            status="failed",
            errors=[
                {
                    "code": 131047,
                    "title": "Re-engagement message",
                    "error_data": {"details": "More than 24 hours have passed."},
                }
            ],
        ),
        {"state": "failed", "error": "Re-engagement message: More than 24 hours have passed. (131047)", "code": 131047},
    ),
    In(
        "status, billed",
        status(pricing={"billable": True, "category": "utility"}),
        {"billable": True, "category": "utility"},
    ),
    In("status, free by its type", status(pricing={"type": "free_entry_point"}), {"billable": False}),
    In(
        "status, billed by its type",
        status(pricing={"type": "regular", "category": 7}),
        {"billable": True, "category": ""},
    ),
    In("status, pricing that is text", status(pricing="PMP"), {"billable": False, "category": ""}),
    In("status failed, code odd", status(status="failed", errors=[{"code": "x"}]), {"state": "failed", "code": 0}),
    In("status failed, errors odd", status(status="failed", errors=["x"]), {"state": "failed", "error": ""}),
    In("status without an id", status(id=None), "names no message"),
    In("status without a state", status(status=None), "names no message"),
    In("status that is text", envelope("100200300", statuses=["x"]), "not an object", {"kind": "status"}),
]


@table(INBOUND)
def test_inbound(case: In) -> None:
    if case.item.get("external_id") is Any:
        [item] = channel().split(case.body)
        assert len(item.external_id) == 64
        case = In(case.label, case.body, case.said)
    check_inbound(channel(), case)


EUIS = {"messaging_product": "whatsapp", "recipient_type": "individual", "biz_opaque_callback_data": REF}
THREE = choices("Ya", "Tidak", "Batal")
FOUR = ("Jalan", "Sampah", "Air", "Listrik")
SIX = choices("Jalan", "Sampah", "Air", "Listrik", "KTP", "Lainnya")


def plain(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}, "interactive": None}


def listed(text: str, button: str, titles: tuple[str, ...]) -> dict[str, Any]:
    rows = [{"id": f"c{number}", "title": title} for number, title in enumerate(titles, 1)]
    action = {"button": button, "sections": [{"rows": rows}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": text}, "action": action}}


OUTBOUND = [
    Out("to a phone", "Halo", request={**EUIS, "to": "628111000111", "recipient": None, **plain("Halo")}),
    Out("to a user id", "Halo", address="ID.42x", request={**EUIS, "to": None, "recipient": "ID.42x", **plain("Halo")}),
    Out("4,096 characters", "x" * 4096, request=plain("x" * 4096)),
    Out("4,097 characters", "x" * 4097, fault={"name": "payload", "retryable": False}),
    Out("no text", "", fault={"name": "payload"}),
    Out(
        "three buttons",
        "Kirim?",
        THREE,
        request={
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "Kirim?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": "c1", "title": "Ya"}},
                        {"type": "reply", "reply": {"id": "c2", "title": "Tidak"}},
                        {"type": "reply", "reply": {"id": "c3", "title": "Batal"}},
                    ]
                },
            },
        },
    ),
    Out("button of 21 characters", "Kirim?", choices("y" * 21), request=plain("Kirim?")),
    Out("two buttons of one label", "Yang mana?", choices("Itu", "Itu"), request=plain("Yang mana?")),
    Out("body of 1,025 with buttons", "x" * 1025, THREE, request=plain("x" * 1025)),
    Out(
        "six rows",
        "Topik?",
        SIX,
        request=listed("Topik?", "Pilih", ("Jalan", "Sampah", "Air", "Listrik", "KTP", "Lainnya")),
    ),
    Out("menu word", "Topik?", SIX[:4], menu="Tingali", request=listed("Topik?", "Tingali", FOUR)),
    Out("menu word too long", "Topik?", SIX[:4], menu="m" * 30, request=listed("Topik?", "m" * 20, FOUR)),
    Out("row of 25 characters", "Topik?", choices("a", "b", "c", "d" * 25), request=plain("Topik?")),
    Out("eleven choices", "Topik?", choices(*"abcdefghijk"), request=plain("Topik?")),
]


@table(OUTBOUND)
async def test_outbound(case: Out, whatsapp: WhatsApp, graph: FakeGraph) -> None:
    def seen() -> list[dict[str, Any]]:
        assert graph.refused == []
        return [one.payload for one in graph.accepted]

    address = case.address or "628111000111"
    await check_outbound(whatsapp, Out(**{**vars(case), "address": address}), ACCOUNT, seen)
