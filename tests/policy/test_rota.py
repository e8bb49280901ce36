"""The rotation: nobody in two places, rest, coverage, fairness; gaps and exchanges as tables."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.rota import Gap, Kind, Rules, Shift, Worker, clash, gaps, plan, slots, swap

HOUR = timedelta(hours=1)
WORKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
RULES = Rules((
    Kind("pagi", "Pagi", time(7), 8 * HOUR, 2, WORKDAYS),
    Kind("siang", "Siang", time(15), 8 * HOUR, 2, WORKDAYS),
    Kind("malam", "Malam", time(23), 8 * HOUR, 1),
    Kind("pekan", "Akhir pekan", time(7), 8 * HOUR, 1, WEEKEND),
    Kind("siaga", "Siaga", time(7), 24 * HOUR, 1, leads=True),
))  # fmt: skip
MONDAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, tzinfo=UTC)  # 07.00 in Bandung


def shift(who: int, kind: str, hours: float, length: float = 8) -> Shift:
    """One that begins so many hours from now."""
    return Shift(who, kind, NOW + hours * HOUR, NOW + (hours + length) * HOUR)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 24), st.integers(0, 2), st.integers(1, 5), st.integers(0, 6))
def test_nobody_is_in_two_places_and_everybody_rests(officers: int, leads: int, weeks: int, day: int) -> None:
    people = [Worker(n) for n in range(officers)] + [Worker(100 + n, True) for n in range(leads)]
    first = MONDAY + timedelta(days=day)
    made, missing = plan(RULES, people, first, weeks)
    by = defaultdict(list)
    for each in made:
        by[each.officer_id].append(each)
        assert (each.officer_id >= 100) == (each.kind == "siaga")
    for own in by.values():
        for before, after in pairwise(own):
            assert after.starts_at >= before.ends_at
            assert before.kind == "siaga" or after.starts_at - before.ends_at >= RULES.rest
    wanted = sum(kind.needs for kind, _, _ in slots(RULES, first, 7 * weeks))
    assert len(made) + sum(gap.missing for gap in missing) == wanted  # what is not filled is named
    weekly = Counter((each.officer_id, _monday(each)) for each in made if each.kind != "siaga")
    assert all(count * 8 <= 40 for count in weekly.values())
    assert plan(RULES, people, first, weeks, made)[0] == []  # what stands is not planned twice


@settings(max_examples=15, deadline=None)
@given(st.integers(9, 24), st.integers(2, 6))
def test_enough_people_cover_everything_and_share_it_fairly(officers: int, weeks: int) -> None:
    people = [Worker(n) for n in range(officers)] + [Worker(100, True), Worker(101, True)]
    made, missing = plan(RULES, people, MONDAY, weeks)
    assert missing == []
    assert gaps(RULES, made, NOW, NOW + timedelta(hours=72)) == []
    for kinds, most in ((("pagi", "siang", "malam", "pekan"), 3), (("malam",), 2), (("siaga",), 1)):
        shares = Counter({each.id: 0 for each in people if each.leads == ("siaga" in kinds)})
        shares.update(each.officer_id for each in made if each.kind in kinds)
        assert max(shares.values()) - min(shares.values()) <= most, (kinds, shares)
    weekends: dict[int, set[date]] = {n: set() for n in range(officers)}
    for each in made:
        if each.kind != "siaga" and (each.starts_at + 7 * HOUR).weekday() >= 5:
            weekends[each.officer_id].add(_monday(each))
    counts = [len(each) for each in weekends.values()]
    assert max(counts) - min(counts) <= 2, counts  # they rotate


def _monday(each: Shift) -> date:
    local = (each.starts_at + 7 * HOUR).date()
    return local - timedelta(days=local.weekday())


def test_who_worked_more_before_works_less_now() -> None:
    people = [Worker(n) for n in range(12)]
    before = [shift(0, "pagi", -24 * n) for n in range(1, 8)]
    made, _ = plan(RULES, people, MONDAY + timedelta(weeks=1), 1, before)
    counts = Counter(each.officer_id for each in made)
    assert counts[0] == min(counts[n] for n in range(12))


@pytest.mark.parametrize(("new", "other", "word"), [
    (shift(1, "pagi", 0), [shift(1, "pagi", 24)], ""),
    (shift(1, "pagi", 0), [shift(1, "siang", 7)], "bertumpuk"),
    (shift(1, "pagi", 24), [shift(1, "malam", 16)], "istirahat"),
    (shift(1, "pagi", 24), [shift(1, "siang", 5)], ""),
    (shift(1, "siang", 8), [shift(1, "malam", 24)], "istirahat"),
    (shift(1, "pagi", 0), [shift(1, "siaga", 0, 24)], ""),
    (shift(1, "siaga", 24, 24), [shift(1, "siaga", 0, 24)], ""),
    (shift(1, "siaga", 12, 24), [shift(1, "siaga", 0, 24)], "bertumpuk"),
])  # fmt: skip
def test_what_clashes(new: Shift, other: list[Shift], word: str) -> None:
    found = clash(RULES, new, other)
    assert (word in str(found)) if word else found is None


@pytest.mark.parametrize(("mine", "theirs", "my", "other", "word"), [
    (shift(1, "pagi", 0), None, [], [], ""),
    (shift(1, "pagi", 0), None, [], [shift(2, "malam", -8)], "istirahat"),
    (shift(1, "pagi", 0), shift(2, "siang", 8), [], [], ""),
    (shift(1, "pagi", 0), shift(2, "malam", 16), [shift(1, "pagi", 24)], [], "istirahat"),
    (shift(1, "pagi", 0), shift(2, "siang", 4), [], [], ""),  # each gives up what would have clashed
    (shift(1, "pagi", 0), shift(2, "siaga", 0, 24), [], [], "siaga"),
])  # fmt: skip
def test_exchanges(mine: Shift, theirs: Shift | None, my: list[Shift], other: list[Shift], word: str) -> None:
    found = swap(RULES, mine, theirs, [mine, *my], [*filter(None, [theirs]), *other], 2)
    assert (word in str(found)) if word else found is None


def test_gaps_are_what_runs_or_comes_soon() -> None:
    there = [shift(1, "pagi", 0), shift(2, "pagi", 0), shift(3, "siang", 8), shift(9, "siaga", 0, 24)]
    found = gaps(RULES, there, NOW + HOUR, NOW + 20 * HOUR)
    assert found == [
        Gap("siang", NOW + 8 * HOUR, NOW + 16 * HOUR, 1),
        Gap("malam", NOW + 16 * HOUR, NOW + 24 * HOUR, 1),
    ]
    assert Gap("malam", NOW - 8 * HOUR, NOW, 1) in gaps(RULES, [], NOW - HOUR, NOW)  # runs just now
