"""One citizen on each channel, in words and presses; and the story that becomes a ticket."""

import json
from abc import ABC, abstractmethod

from tests.fakes.messenger import Person
from tests.world import NUMBER, WebCitizen, World, eventually


class Walker(ABC):
    """One citizen on one channel, in words and presses."""

    buttons = True
    """What is pressed comes back as an id, which may be pressed again; without, it is a word like any other."""

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


class MessengerWalker(Walker):
    name = "messenger"

    def __init__(self, world: World) -> None:
        self.world, self.http = world, world.browser()
        self.fake = getattr(world, self.name)
        self.person = Person(self.fake)

    async def say(self, text: str) -> None:
        assert await self.fake.post(self.http, self.person.text(text)) == 200

    async def press(self, id_: str) -> None:
        assert await self.fake.post(self.http, self.person.taps(id_)) == 200

    async def last(self, word: str) -> tuple[str, list[str]]:
        fake, person = self.fake, self.person.id
        await eventually(lambda: any(word in one.text for one in fake.to(person)), what=f"{word!r} on {self.name}")
        found = next(one for one in reversed(fake.to(person)) if word in one.text)
        return found.text, [id_ for id_, _ in found.buttons]


class InstagramWalker(MessengerWalker):
    name = "instagram"


class SmsWalker(Walker):
    """No buttons: a press is the number that stands before the answer."""

    buttons = False

    def __init__(self, world: World) -> None:
        self.world, self.http, self.phone = world, world.browser(), "628111000321"
        self.offered: list[str] = []

    async def say(self, text: str) -> None:
        assert await self.world.sms.deliver(self.http, self.phone, text) == 200

    async def press(self, id_: str) -> None:
        await self.say(str(self.offered.index(id_) + 1))

    async def last(self, word: str) -> tuple[str, list[str]]:
        """The ids are those of the answers that the numbers stand for."""
        gateway, phone = self.world.sms, self.phone
        await eventually(lambda: any(word in one.text for one in gateway.to_(phone)), what=f"{word!r} as an SMS")
        text = next(one.text for one in reversed(gateway.to_(phone)) if word in one.text)
        rows = await self.world.rows(
            "SELECT data FROM message WHERE author = 'bot' AND data IS NOT NULL ORDER BY seq DESC"
        )
        for row in rows:
            data = json.loads(row["data"]) if isinstance(row["data"], str | bytes) else row["data"]
            offered = data.get("choices", ())
            if offered and all(f"{n}. {label}" in text for n, (_, label) in enumerate(offered, 1)):
                self.offered = [id_ for id_, _ in offered]
                return text, self.offered
        return text, []


WALKERS = {
    "whatsapp": WhatsAppWalker,
    "telegram": TelegramWalker,
    "web": WebWalker,
    "messenger": MessengerWalker,
    "instagram": InstagramWalker,
    "sms": SmsWalker,
}


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
