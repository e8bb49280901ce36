"""The channels under test, each before its own fake."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.channels.whatsapp import WhatsApp
from tests.channels.runner import session
from tests.fakes.graph import FakeGraph
from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with session() as one:
        yield one


@pytest.fixture
async def graph() -> AsyncIterator[FakeGraph]:
    async with FakeGraph() as fake:
        yield fake


@pytest.fixture
async def whatsapp(graph: FakeGraph, http: aiohttp.ClientSession) -> WhatsApp:
    one = WhatsApp("100200300", graph.token, (graph.secret,), "verify-me", graph.url)
    await one.start(http)
    return one


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as one:
        yield one


@pytest.fixture
async def telegram(fake: FakeTelegram, http: aiohttp.ClientSession) -> Telegram:
    one = Telegram(fake.token, fake.secret, fake.url)
    await one.start(http)
    return one
