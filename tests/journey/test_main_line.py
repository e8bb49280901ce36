"""A citizen's message becomes a ticket, an officer answers, the citizen rates: on every channel, on both databases, by HTTP only."""

from abc import ABC, abstractmethod

import pytest

from tests.world import NUMBER, World, eventually


class Walker(ABC):
    """One citizen on one channel, in words and presses."""

    @abstractmethod
    async def say(self, text: str) -> None: ...

    @abstractmethod
    async def press(self, id_: str) -> None: ...

    @abstractmethod
    async def last(self, word: str) -> tuple[str, list[str]]:
        """Waits for a bubble that holds `word`: its text and its button ids."""


class WhatsAppWalker(Walker):
    def __init__(self, world: World) -> None:
        self.world, self.http, self.citizen = world, world.browser(), world.citizen(1)

    async def say(self, text: str) -> None:
        assert await self.citizen.say(self.http, text) == 200

    async def press(self, id_: str) -> None:
        assert await self.citizen.press(self.http, id_, "x", row=True) == 200

    async def last(self, word: str) -> tuple[str, list[str]]:
        graph, address = self.world.graph, self.citizen.address
        await eventually(lambda: any(word in one.text for one in graph.to(address)), what=f"{word!r} on WhatsApp")
        found = next(one for one in reversed(graph.to(address)) if word in one.text)
        return found.text, [id_ for id_, _ in found.buttons]


class TelegramWalker(Walker):
    def __init__(self, world: World) -> None:
        self.world, self.http, self.person = world, world.browser(), world.person(1)

    async def say(self, text: str) -> None:
        assert await self.world.telegram.post(self.http, self.person.text(text)) == 200

    async def press(self, id_: str) -> None:
        assert await self.world.telegram.post(self.http, self.person.presses(id_)) == 200

    async def last(self, word: str) -> tuple[str, list[str]]:
        telegram, chat = self.world.telegram, self.person.id
        await eventually(lambda: any(word in one.text for one in telegram.to(chat)), what=f"{word!r} on Telegram")
        found = next(one for one in reversed(telegram.to(chat)) if word in one.text)
        return found.text, [data for _, data in found.buttons if "/" in data] or [data for data, _ in found.buttons]


class WebWalker(Walker):
    def __init__(self, world: World) -> None:
        from tests.world import WebCitizen

        self.world = world
        self.visitor = WebCitizen(world.browser(), world.url)

    async def say(self, text: str) -> None:
        await self.visitor.http.get(f"{self.world.url}/chat")
        assert await self.visitor.say(text) in (200, 202, 204)

    async def press(self, id_: str) -> None:
        assert await self.visitor.say(choice=id_) in (200, 202, 204)

    async def last(self, word: str) -> tuple[str, list[str]]:
        found = await self.visitor.wait_for(word)
        return found["text"], [id_ for id_, _ in found.get("choices", ())]


WALKERS = {"whatsapp": WhatsAppWalker, "telegram": TelegramWalker, "web": WebWalker}


@pytest.mark.parametrize("channel", WALKERS)
async def test_from_the_first_word_to_the_rating(world: World, channel: str) -> None:
    walker: Walker = WALKERS[channel](world)
    await walker.say("Sampurasun")
    await walker.last("Mangga pilih basa")
    await walker.say("basa sunad")  # a typing error
    await walker.last("Ngadamel laporan")
    await walker.say("hiji")
    await walker.last("ngeunaan naon")
    await walker.say("jalan sareng angkuatn")
    await walker.last("merenahna")
    await walker.say("1.")
    await walker.last("Di mana tempatna")
    await walker.say("Kampung Babakan, désa Cikajang")
    await walker.last("carioskeun")
    await walker.say("Jalan gorowong ageung payuneun sakola, bahaya keur barudak")
    await walker.last("kintun potona")
    await walker.say("teu aya")
    text, _ = await walker.last("Naha tos leres")
    assert "Kampung Babakan" in text and "gorowong" in text
    await walker.say("muhun")
    text, _ = await walker.last("/lacak/")
    found = NUMBER.search(text)
    assert found, text
    number = found[0]

    rina = await world.officer("Rina")
    page = await rina.get("/desk")
    assert number in page or "gorowong" in page
    await rina.get(f"/desk/tiket/{number}")
    status, _ = await rina.act(number, "ambil")
    assert status == 200
    await walker.last("Rina")
    status, page = await rina.say(number, "Wilujeng siang, laporan parantos ditampi DBMPR.", "kunci00001")
    assert status == 200 and "DBMPR" in page
    await walker.last("parantos ditampi DBMPR")
    await rina.say(number, "Sudah ada tiga laporan serupa.", "kunci00002", note=True)
    await walker.say("hatur nuhun pisan")
    await eventually(
        lambda: _has(world, "SELECT count(*) FROM message WHERE body = 'hatur nuhun pisan'"), what="the citizen's line"
    )
    assert "hatur nuhun pisan" in await rina.get(f"/desk/tiket/{number}")
    status, _ = await rina.act(number, "selesai")
    assert status == 200

    text, buttons = await walker.last(world.server.house.flows.survey.text["su"].split("\n")[0][:30])
    assert len(buttons) == 5 and all(len(id_.encode()) <= 64 for id_ in buttons)
    await walker.press(next(id_ for id_ in buttons if id_.endswith("/4")))
    await eventually(lambda: _is(world, "SELECT score FROM ticket", 4), what="the rating")
    await walker.press(next(id_ for id_ in buttons if id_.endswith("/1")))  # a second answer changes nothing
    await walker.say("Patugasna saé, hatur nuhun")
    await eventually(lambda: _is(world, "SELECT comment FROM survey", "Patugasna saé, hatur nuhun"), what="the comment")
    assert await world.one("SELECT score FROM ticket") == 4
    assert await world.one("SELECT state FROM ticket") == "closed"
    assert await world.one("SELECT count(*) FROM ticket") == 1
    page = await rina.get(f"/desk/tiket/{number}")
    assert "Patugasna saé" in page

    async with walker_http(world).get(f"{world.url}/lacak/{number}") as answer:
        public = await answer.text()
        assert answer.status == 200
    assert "Selesai" in public and "Babakan" not in public and "gorowong" not in public and "Warga 1" not in public
    notes = [one for one in _outgoing(world) if "tiga laporan serupa" in one]
    assert notes == [], "a note left the desk"
    gaps = await world.rows("SELECT conversation_id, count(*) n, max(seq) top FROM message GROUP BY conversation_id")
    assert all(row["n"] == row["top"] for row in gaps), gaps


def walker_http(world: World):  # type: ignore[no-untyped-def]
    return world.browser()


def _outgoing(world: World) -> list[str]:
    return [one.text for one in world.graph.accepted] + [one.text for one in world.telegram.sent]


async def _has(world: World, query: str) -> bool:
    return bool(await world.one(query))


async def _is(world: World, query: str, value: object) -> bool:
    return bool(await world.one(query) == value)
