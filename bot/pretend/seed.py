"""Thirty days of an invented service: who writes when, who works when, and what is left open at the end."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from bot import clock, rounds, vault
from bot.channels.web import Web
from bot.config import Config
from bot.content import content_dir
from bot.engine import flow
from bot.engine.flow import Flows
from bot.errors import ConfigError
from bot.i18n import Catalogues
from bot.models import Role, State, Urgency
from bot.models.ref import Ref
from bot.policy import templates
from bot.pretend import crew, plans, stories
from bot.pretend import people as invented
from bot.pretend.channel import Pretend, platforms
from bot.pretend.citizen import Citizen, Line
from bot.pretend.plans import Case, Plan
from bot.pretend.stage import Stage, Thread
from bot.pretend.stories import Story
from bot.store import duty, handovers, people, pretend
from bot.store.db import Db
from bot.triage import room
from bot.turn import House, enter, handover, merge, rota
from bot.wib import WIB

DAY = timedelta(days=1)
BEFORE = timedelta(days=1)
"""Officers are there a little before the first citizen."""
A_DAY, WEEKEND = 8, 5
"""Citizens who write on a working day, and on another."""
HOURS = (1, 1, 0, 1, 1, 3, 5, 8, 10, 10, 9, 8, 7, 8, 8, 7, 6, 6, 7, 9, 9, 7, 4, 2)
"""How they are spread over the day."""
SUNDANESE = 35
"""In a hundred."""
CHANNELS = (("whatsapp", 55), ("telegram", 20), ("web", 25))
SCORES = ((0, 35), (1, 4), (2, 5), (3, 12), (4, 22), (5, 22))
"""0: silence."""
CRIES, SPOKEN = 2, 4
"""Of a hundred: somebody is in danger; somebody telephones instead."""
SAME = frozenset({State.ASSIGNED, State.DISPATCHED, State.MERGED})
LOOKS = 40
"""After so many looks for a report's number there is none."""
CHANGES = (time(7, 1), time(15, 1), time(23, 1))
"""Shifts change: flows/data/shifts.yaml."""


def channels(pretended: Mapping[str, Pretend] | None = None) -> dict[str, Web]:
    """The web chat, and platforms that only look like ones."""
    return {"web": Web(), **(pretended or platforms())}


def house(config: Config) -> House:
    """As a server has it, without the models that only suggest."""
    folder, words = content_dir(config.flows_dir, "flows"), content_dir(config.locales_dir, "locales")
    flows = flow.load(folder, Catalogues.load(words))
    return House(
        flows, channels(), room.load(folder, flows), vault.load(config.secret_key, config.data_dir),
        survey_hours=config.survey_hours, public_url=config.public_url or f"http://{config.host}:{config.port}",
        purposes=templates.load(folder, flows.catalogues), remind_hours=config.window_reminder_hours,
    )  # fmt: skip


class Month:
    """Writes the plan of the days and plays it."""

    def __init__(self, stage: Stage, flows: Flows, end: datetime, days: int) -> None:
        self.stage, self.end, self.days = stage, end, days
        self._groups = {topic.slug: group.slug for group in flows.groups for topic in group.topics}
        self._channels = dict(stage.house.channels)
        self._stories = [each for each in stories.STORIES if each.topic in self._groups]
        if not self._stories:
            raise ConfigError(
                "none of the demo's topics is in flows/data/topics.yaml; use the shipped flows for a demo"
            )
        self._written = 0
        self.reports = 0

    # -- citizens ------------------------------------------------------------------------------------

    def citizen(self, language: str, answers: int = 3, story: Story | None = None, **more: object) -> Citizen:
        chance = self.stage.chance
        story = story or chance.choices(self._stories, [each.weight for each in self._stories])[0]
        said = deque(chance.sample(stories.ANSWERS[language], min(answers, len(stories.ANSWERS[language]))))
        score = chance.choices(SCORES, [each[1] for each in SCORES])[0][0]
        comment = chance.choice(stories.COMMENTS[language]) if chance.randrange(3) == 0 else ""
        made = Citizen(
            chance.choice(invented.NAMES), language, story, self._groups[story.topic], chance.choice(invented.PLACES),
            self._words(story, language), chance.choice(stories.OPENINGS[language]), said, score, comment,
            content=chance.randrange(10) > 0,
        )  # fmt: skip
        for name, value in more.items():
            setattr(made, name, value)
        return made

    def _words(self, story: Story, language: str) -> str:
        """Nothing that these flows take for danger: that has a plan of its own."""
        dangers, told = self.stage.house.triage.dangers, story.told(language)
        return self.stage.chance.choice([each for each in told if dangers.read(each) is None] or told)

    def arrive(self, at: datetime, citizen: Citizen, plan: Plan, urgent: bool = False) -> None:
        """They write; once the bot has named their report's number, the officers' plan begins."""
        chance = self.stage.chance
        self._written += 1
        kind = chance.choices([each[0] for each in CHANNELS], [each[1] for each in CHANNELS])[0]
        channel = self._channels[kind]
        assert isinstance(channel, Web)
        thread = Thread(channel, f"contoh-{self._written:04}-{chance.getrandbits(32):08x}", citizen)
        self.stage.lines[channel.account, thread.address] = thread

        async def begin() -> None:
            await self.stage.say(thread, Line(citizen.opening))
            watch(0)

        def watch(looked: int) -> None:
            async def look() -> None:
                row = await pretend.report(self.stage.conn, channel.account, thread.address)
                if row is None:
                    return watch(looked + 1) if looked < LOOKS else None
                citizen.number, critical = row["number"], row["urgency"] == Urgency.CRITICAL
                self.reports += 1
                case = Case(thread, Ref(row["id"], row["part"]), urgent=critical)
                return plans.go(self.stage, case, plans.CRY if critical else plan)

            self.stage.later(self.stage.at + timedelta(seconds=4 if urgent else 45), look)

        self.stage.later(at, begin)

    def _cry(self, at: datetime, language: str) -> None:
        words = self.stage.chance.choice(stories.CRIES[language])
        self.arrive(at, self.citizen(language, opening=words, free=deque([words])), plans.CRY, urgent=True)

    def _telephone(self, at: datetime, language: str) -> None:
        """A case that an officer writes down."""
        told = self.citizen(language)

        async def write() -> None:
            if there := await duty.on_duty(self.stage.conn, clock.now()):
                what = enter.Spoken(
                    "phone", told.name, "", language, told.story.topic, told.place, told.words
                )  # fmt: skip
                officer, key = self.stage.chance.choice(there), f"{clock.random_bits(90):x}"
                found = await enter.enter(self.stage.db, self.stage.house, officer, what, key)
                ref = await merge.ref_of(self.stage.conn, found)
                plans.go(self.stage, Case(Thread(Web(), key, told), ref), plans.PLANS["answered"][1])

        self.stage.later(at, write)

    def write_days(self) -> None:
        """Everybody who comes by chance."""
        chance, mixed = self.stage.chance, plans.PLANS.values()
        for day in range(self.days):
            midnight = datetime.combine(
                (self.end - timedelta(days=self.days - 1 - day)).astimezone(WIB).date(), time(), WIB
            )
            most = A_DAY if midnight.weekday() < 5 else WEEKEND
            for _ in range(chance.randint(most - 3, most + 3)):
                hour = chance.choices(range(24), HOURS)[0]
                at = midnight + timedelta(hours=hour, seconds=chance.uniform(0, 3599))
                language = "su" if chance.randrange(100) < SUNDANESE else "id"
                if not self.stage.at < at < self.end - timedelta(minutes=4):
                    continue
                lot = chance.randrange(100)
                if lot < CRIES and at < self.end - timedelta(hours=2):
                    self._cry(at, language)
                elif lot < CRIES + SPOKEN:
                    self._telephone(at, language)
                else:
                    self.arrive(
                        at,
                        self.citizen(language),
                        chance.choices([each[1] for each in mixed], [each[0] for each in mixed])[0],
                    )

    def write_left(self) -> None:
        """One case of every state, in both languages by turns."""
        same = self.citizen("id").story  # so that one can be joined to another
        for place, (state, plan) in enumerate(plans.LEFT.items()):
            silent = state in (State.WAITING_CITIZEN, State.DONE, State.RESOLVED)
            score = 0 if silent else 4
            left = self.citizen(
                "id" if place % 2 else "su", answers=0, score=score, story=same if state in SAME else None
            )
            if silent:
                left.content = False
            if state == State.DONE:
                left.content = True
                left.deaf = True
            hours = (
                13.0
                if any(step is plans.accept for _, step in plan)
                else (1.0 if state == State.MERGED else 1.6)
                if plan
                else 0.2
            )
            self.arrive(self.end - timedelta(hours=hours, minutes=place), left, plan)

    # -- officers ------------------------------------------------------------------------------------

    async def shifts(self) -> None:
        """The rota of all these weeks and the next, and what each change of shift brings."""
        stage, first = self.stage, self.stage.at.astimezone(WIB).date()
        async with stage.db.read() as conn:
            lead = next(each for each in await people.officers(conn) if each.role == Role.LEAD)
        weeks = self.days // 7 + 2
        await rota.make(stage.db, stage.house, lead, first, weeks)
        for day in range(self.days + 1):
            for change in CHANGES:
                at = datetime.combine((stage.at + timedelta(days=day)).astimezone(WIB).date(), change, WIB)
                if self.stage.at < at < self.end:
                    stage.later(at, self._change)
        stage.later(stage.at, self._change)

    async def _change(self) -> None:
        """Duty begins and ends; who comes takes over what the others leave behind."""
        stage = self.stage
        await rounds.look(stage.db, stage.house)
        there, sheets = await duty.on_duty(stage.conn, clock.now()), await handovers.waiting(stage.conn)
        for sheet in sheets:
            able = [each for each in there if each.id != sheet.officer_id]
            if not able:
                continue
            numbers = [row.number for row in await handovers.cases(stage.conn, sheet.id)]
            await handover.accept(stage.db, stage.house, stage.chance.choice(able), sheet.id, numbers)
        await stage.carry()


async def play(db: Db, house: House, end: datetime, days: int, seed: int, tell: Callable[[int], None]) -> int:
    """Fills the database; `tell` hears how many days are done. Returns how many reports came. The process's clock is moved
    meanwhile, so nothing else may run in it."""
    start = end - timedelta(days=days)
    async with Stage(db, house, start, seed) as stage:
        month = Month(stage, house.flows, end, days)
        await month.shifts()
        month.write_days()
        month.write_left()
        for day in range(1, days + 1):
            await stage.play(start + timedelta(days=day))
            tell(day)
        await stage.carry()
    await house.courtesies.stop()
    return month.reports


async def is_demo(db: Db) -> bool:
    """True when this database holds a demo already. Raises `ConfigError` when it holds anything else, or half a demo."""
    async with db.read() as conn:
        first = await people.credentials(conn, invented.OFFICERS[0][0], clock.now())
        found = await pretend.used(conn)
    if first is not None and first[1] != crew.NOT_YET:
        return True
    if found:
        what = "holds a demo that was broken off" if first else f"is in use (there are rows in {', '.join(found)})"
        raise ConfigError(
            f"this database {what}; a demo wants an empty one: set WARGI_DATABASE_URL to another file or database, and WARGI_DATA_DIR "
            "to another folder"
        )
    return False
