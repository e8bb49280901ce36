"""WhatsApp: what may leave besides text, buttons and lists, as Graph takes it; what does not fit is plain text."""

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_send import receipt
from bot.message import Choice, Outbound, Template
from tests.channels.runner import REF
from tests.fakes.graph import FakeGraph

OUT = Outbound(REF, "whatsapp:100200300", "628111000111", "Halo")
BODY = {"text": "Halo"}
WHERE = {"type": "location_request_message", "body": BODY, "action": {"name": "send_location"}}
WHO = {"type": "request_contact_info", "body": BODY, "action": {"name": "request_contact_info"}}
OPEN = {
    "type": "cta_url", "body": BODY,
    "action": {"name": "cta_url", "parameters": {"display_text": "Lacak", "url": "https://x.example/1"}},
}  # fmt: skip
TEXT = {"body": "Halo"}


@pytest.mark.parametrize(
    ("more", "kind", "node"),
    [
        ({"ask": "location"}, "interactive", WHERE),
        ({"ask": "contact"}, "interactive", WHO),
        ({"link": ("Lacak", "https://x.example/1")}, "interactive", OPEN),
        ({"link": ("x" * 21, "https://x.example/1")}, "text", TEXT),
        ({"link": ("Lacak", "javascript:alert(1)")}, "text", TEXT),
        ({"ask": "location", "text": "x" * 1025}, "text", {"body": "x" * 1025}),
        ({"template": Template("a_b")}, "template", {"name": "a_b", "language": {"code": "id"}}),
        ({"template": Template("a_b", "id", ("satu\n dua", " "))}, "template", {
            "name": "a_b", "language": {"code": "id"}, "components": [
                {"type": "body", "parameters": [{"type": "text", "text": "satu dua"}, {"type": "text", "text": "-"}]}
            ]}),
    ],
)  # fmt: skip
async def test_outbound(whatsapp: WhatsApp, graph: FakeGraph, more: dict[str, Any], kind: str, node: Any) -> None:
    await whatsapp.send(replace(OUT, **more))
    sent = graph.accepted[0].payload
    assert sent["type"] == kind and sent[kind] == node


async def test_an_answer_names_the_message_it_answers(whatsapp: WhatsApp, graph: FakeGraph) -> None:
    await whatsapp.send(replace(OUT, reply_to="wamid.x", choices=(Choice("a", "Ya"),)))
    assert graph.accepted[0].payload["context"] == {"message_id": "wamid.x"}
    assert graph.accepted[0].buttons == [("a", "Ya")]


@pytest.mark.parametrize(
    ("to", "contacts", "aliases"),
    [
        ("62811", [{"input": "62811", "wa_id": "62811"}], ()),
        ("ID.A1", [{"input": "ID.A1", "user_id": "ID.A1"}], ()),
        ("62811000111", [{"wa_id": "62811000111", "user_id": "ID.A1"}], (("user_id", "ID.A1"),)),
        ("62811000111", [{"wa_id": "+62811000112"}], (("phone", "62811000112"),)),
        ("ID.A1", [{"user_id": "ID.A1", "wa_id": "62811000111"}], (("phone", "62811000111"),)),
        ("62811000111", [{"wa_id": "ID.A1"}], (("user_id", "ID.A1"),)),
        ("62811000111", [{"wa_id": 5.5, "user_id": "Euis"}], ()),
        ("62811000111", [7], ()),
        ("62811000111", {}, ()),
    ],
)
def test_an_answer_names_whom_it_went_to(to: str, contacts: Any, aliases: Any) -> None:
    assert receipt({"contacts": contacts, "messages": [{"id": "wamid.1"}]}, to).aliases == aliases
