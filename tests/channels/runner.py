"""Runs the INBOUND, OUTBOUND and ERRORS tables of every channel: a case is data, and names only what it is about."""

import dataclasses
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver

from bot.errors import SendError, Unreadable
from bot.message import Channel, Choice, Outbound

REF = "0192f0c1aabb7ccd8eef001122334455.42"


@dataclasses.dataclass(frozen=True)
class In:
    """A webhook body with one item; `said` is what parse says: fields, None (nothing), or words of the refusal."""

    label: str
    body: bytes
    said: dict[str, Any] | str | None
    item: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Out:
    """A message of ours; `request` is what the platform must receive, or `fault` what is said without asking it."""

    label: str
    text: str
    choices: tuple[Choice, ...] = ()
    address: str = ""
    menu: str = ""
    request: dict[str, Any] | None = None
    fault: dict[str, Any] | None = None


@dataclasses.dataclass(frozen=True)
class Error:
    """What the platform answers, and what it must mean."""

    label: str
    failure: Any
    fault: dict[str, Any]


def choices(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{number}", label) for number, label in enumerate(labels, 1))


def table(cases: list[Any]) -> Any:
    """One test per case, named by its label; labels must differ."""
    labels = [case.label for case in cases]
    assert len(set(labels)) == len(labels), "two cases with one label"
    return pytest.mark.parametrize("case", cases, ids=labels)


def fields(thing: object, names: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def check_inbound(channel: Channel, case: In) -> None:
    [item] = channel.split(case.body)
    assert fields(item, case.item) == case.item
    if isinstance(case.said, str):
        with pytest.raises(Unreadable, match=case.said):
            channel.parse(item.kind, item.raw)
        return
    said = channel.parse(item.kind, item.raw)
    if case.said is None:
        assert said is None
    else:
        assert fields(said, case.said) == case.said


async def check_outbound(channel: Channel, case: Out, account: str, seen: Callable[[], list[dict[str, Any]]]) -> None:
    out = Outbound(REF, account, case.address, case.text, case.choices, case.menu)
    before = len(seen())
    if case.fault is not None:
        with pytest.raises(SendError) as caught:
            await channel.send(out)
        assert fields(caught.value.fault, case.fault) == case.fault
        assert len(seen()) == before, "refused here, but asked the platform all the same"
        return
    receipt = await channel.send(out)
    assert receipt.state == "accepted"
    assert receipt.external_id
    [request] = seen()[before:]
    assert case.request is not None
    assert {name: request.get(name) for name in case.request} == case.request


async def check_error(channel: Channel, case: Error, out: Outbound) -> None:
    with pytest.raises(SendError) as caught:
        await channel.send(out)
    assert fields(caught.value.fault, case.fault) == case.fault
    assert caught.value.retryable == caught.value.fault.retryable
    assert "token" not in str(caught.value), "a secret in an error's text"


class _Nobody(AbstractResolver):
    """Knows no name: a test that tries to leave this machine fails at once."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[Any]:
        raise OSError(f"tests do not leave this machine: {host}")

    async def close(self) -> None:
        pass


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_Nobody()))
