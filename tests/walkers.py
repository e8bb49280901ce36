"""One citizen on each channel, in words and presses; and the story that becomes a ticket."""

from abc import ABC, abstractmethod

from tests.world import NUMBER, WebCitizen, World, eventually


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


async def tell(walker: Walker) -> str:
    """From the first word, in Sundanese with typing errors, to the ticket; returns its number."""
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
    await walker.say("désa Cibiru Wetan, kacamatan Cileunyi")
    await walker.last("carioskeun")
    await walker.say("Jalan gorowong ageung payuneun sakola, bahaya keur barudak")
    await walker.last("kintun potona")
    await walker.say("teu aya")
    text, _ = await walker.last("Naha tos leres")
    assert "Cibiru Wetan" in text and "gorowong" in text
    await walker.say("muhun")
    text, _ = await walker.last("/lacak/")
    found = NUMBER.search(text)
    assert found, text
    return found[0]


def survey_opening(world: World) -> str:
    """How the question for a rating begins in Sundanese."""
    return world.server.house.flows.survey.text["su"][:30]
