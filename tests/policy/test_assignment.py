"""Who gets a case: a table of rules, and a day of a thousand cases."""

import heapq
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import mean, quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import load
from bot.policy.assignment import Case, Person, Rule, pick, room
from bot.policy.load import Borne, Load
from bot.policy.rank import rank

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
RULE, HUMANE, WAIT = Rule(), Load(), timedelta(minutes=15)
SU = frozenset({"id", "su"})
ROADS = frozenset({"jalan"})
HEAVY = Borne([(NOW - timedelta(minutes=5), 3)])
START = NOW - timedelta(hours=2)


def case(urgency: str = "normal", language: str = "id", topic: str = "jalan", minutes: float = 1, before: int | None = None) -> Case:  # fmt: skip
    return Case(urgency, language, topic, "whatsapp", NOW - timedelta(minutes=minutes), before)


def person(id_: int, **more: object) -> Person:
    return replace(Person(id_, since=START), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("what", "officers", "wanted"), [
    (case(), [], None),
    (case(), [person(1, ready=False)], None),
    (case(), [person(1, given=4), person(2, given=3)], 2),
    (case(), [person(1), person(2)], 1),
    # capacity, by weight
    (case(), [person(1, open=12), person(2, open=11, given=9)], 2),
    (case("high"), [person(1, open=11)], None),
    (case("critical"), [person(1, open=12), person(2, open=14)], 1),
    (case("critical"), [person(1, open=12, ready=False)], None),
    # language and topic
    (case(language="su"), [person(1), person(2, languages=SU, given=50)], 2),
    (case(language="su"), [person(1), person(2, languages=SU, open=12)], None),
    (case(language="su", minutes=16), [person(1), person(2, languages=SU, open=12)], 1),
    (case("critical", "su"), [person(1), person(2, languages=SU, ready=False)], 1),
    (case(language="su"), [person(1)], 1),
    (case(topic="air"), [person(1, topics=ROADS), person(2, given=50)], 2),
    (case(topic="air"), [person(1, topics=ROADS)], 1),
    (case(topic=""), [person(1, topics=ROADS), person(2, given=50)], 1),
    (case(language="su", topic="air"), [person(1), person(2, languages=SU, topics=ROADS)], 2),
    # what is for leads waits for one
    (replace(case(), for_leads=True), [person(1), person(2, lead=True, given=50)], 2),
    (replace(case(minutes=99), for_leads=True), [person(1), person(2, lead=True, open=12)], None),
    (replace(case(minutes=99, before=1), for_leads=True), [person(1)], None),
    # who knows the citizen, unless that is unfair or impossible
    (case(before=2), [person(1, given=10), person(2, given=10)], 2),
    (case(before=2), [person(1, given=10), person(2, given=20)], 1),
    (case(before=2), [person(1), person(2, open=12)], 1),
    (case(before=2), [person(1, given=10), person(2, given=10, ready=False)], 1),
    # who came later is compared by the hour
    (case(), [person(1, given=10), person(2, given=6, since=NOW - timedelta(hours=1))], 1),
    # distress: spared while another can, but nobody waits for it
    (case("critical"), [person(1, borne=HEAVY), person(2, given=50)], 2),
    (case("critical"), [person(1, borne=Borne(opted_out=True)), person(2, given=50)], 2),
    (case("critical"), [person(1, borne=Borne(opted_out=True)), person(2, borne=HEAVY, given=50)], 2),
    (case("critical"), [person(1, borne=Borne(opted_out=True))], 1),
    (case(), [person(1, borne=HEAVY), person(2, given=50)], 1),
])  # fmt: skip
def test_the_table(what: Case, officers: list[Person], wanted: int | None) -> None:
    assert pick(RULE, HUMANE, WAIT, what, officers, NOW) == wanted


def test_a_limit_of_one_channel() -> None:
    rule = replace(RULE, channels={"whatsapp": 2})
    assert room(rule, person(1, open=5, channels={"sms": 5}), case())
    assert not room(rule, person(1, open=5, channels={"whatsapp": 2}), case())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_limits_of_distress_never_make_anybody_wait(data: st.DataObject) -> None:
    """With them a case finds somebody exactly when it does without."""
    none = replace(HUMANE, row=10**6, shift=10**6, cool_down=timedelta())
    urgency = data.draw(st.sampled_from(["critical", "high", "normal"]))
    officers = [
        person(
            n, ready=data.draw(st.booleans()), open=data.draw(st.integers(0, 14)), given=data.draw(st.integers(0, 40)),
            languages=data.draw(st.sampled_from([SU, frozenset({"id"})])),
            borne=Borne([(NOW, data.draw(st.integers(0, 4)))] * data.draw(st.integers(0, 8)), data.draw(st.booleans())),
        )
        for n in range(data.draw(st.integers(0, 4)))
    ]  # fmt: skip
    what = case(urgency, data.draw(st.sampled_from(["id", "su"])), minutes=data.draw(st.integers(0, 30)))
    found, plain = pick(RULE, HUMANE, WAIT, what, officers, NOW), pick(RULE, none, WAIT, what, officers, NOW)
    assert (found is None) == (plain is None)
    assert found is None or next(each for each in officers if each.id == found).ready


# -- a day ------------------------------------------------------------------------------------------


@dataclass
class Officer:
    """What the simulation keeps of one."""

    id: int
    open: int = 0
    given: int = 0
    heavy: int = 0
    borne: list[tuple[datetime, int]] = field(default_factory=list)


def day(humane: Load, cases: int = 1000, officers: int = 10, seed: int = 7) -> tuple[list[float], list[Officer]]:
    """A thousand cases come to ten officers in twelve hours; every eighth is critical. Waiting seconds, and the officers."""
    chance = random.Random(seed)
    rule = replace(RULE, capacity=12)
    events: list[tuple[float, int, int, int]] = []  # when, 0 = ends / 1 = comes, case, officer
    kinds = [chance.choices(["critical", "high", "normal"], [1, 2, 5])[0] for _ in range(cases)]
    lasts = [chance.expovariate(1 / 3200) for _ in range(cases)]
    at = sorted(chance.random() * 12 * 3600 for _ in range(cases))
    for n in range(cases):
        heapq.heappush(events, (at[n], 1, n, 0))
    team = {n: Officer(n) for n in range(1, officers + 1)}
    waiting: list[tuple[int, int]] = []
    waits: dict[int, float] = {}
    while events:
        second, what, n, who = heapq.heappop(events)
        now = NOW + timedelta(seconds=second)
        if what == 1:
            waiting.append((rank(now, kinds[n]), n))
            waiting.sort()
        else:
            team[who].open -= rule.weight(kinds[n])
        for place in list(waiting):
            m = place[1]
            came = Case(kinds[m], "id", "jalan", "whatsapp", NOW + timedelta(seconds=at[m]))
            there = [Person(o.id, open=o.open, given=o.given, since=NOW, borne=Borne(o.borne)) for o in team.values()]
            found = pick(rule, humane, WAIT, came, there, now)
            if found is None:
                break
            waiting.remove(place)
            waits[m] = second - at[m]
            officer, weight = team[found], rule.weight(kinds[m])
            officer.open, officer.given = officer.open + weight, officer.given + weight
            officer.borne.append((now, load.distress(humane, kinds[m], "jalan")))
            officer.heavy += kinds[m] == "critical"
            heapq.heappush(events, (second + lasts[m], 0, m, found))
    return [waits[n] for n in range(cases)], list(team.values())


def test_a_thousand_cases_over_ten_officers() -> None:
    """Fixed days. A day by itself is chaotic (one other choice moves every later one), so the waits of three are put together."""
    waits, plain = list[float](), list[float]()
    for seed in (1, 2, 3):
        with_limits, team = day(HUMANE, seed=seed)
        waits += with_limits
        plain += day(replace(HUMANE, row=10**6, shift=10**6, cool_down=timedelta()), seed=seed)[0]
        heavy, shares = [each.heavy for each in team], [each.given for each in team]
        assert max(heavy) / mean(heavy) <= 1.3, heavy
        assert max(abs(each - mean(shares)) for each in shares) / mean(shares) <= 0.15, shares
    p95, without = quantiles(waits, n=20)[-1], quantiles(plain, n=20)[-1]
    assert 0 < p95 <= without * 1.05, (p95, without)
