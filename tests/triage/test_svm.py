"""The trainer against what can be checked by hand, and against itself."""

import pytest

from bot.triage import svm
from bot.triage.space import rows

APART = [
    ("merah apel", 0),
    ("merah tomat", 0),
    ("hijau daun", 1),
    ("hijau rumput", 1),
    ("biru langit", 2),
    ("biru laut", 2),
]


def learn(made: list[svm.Row], targets: list[int], size: int, costs: list[float] | None = None) -> list[list[float]]:
    """For each row its score in each class, after a training on all of them."""
    task = svm.Task(made, targets, costs or [1.0] * len(made), [1.0] * (max(targets) + 1), size)
    weights = svm.fit(task, [{} for _ in made])
    return [svm.Lanes(len(task.own)).scores(row, weights) for row in made]


def scores(texts: list[tuple[str, int]], asked: str = "") -> list[list[float]]:
    """For each text, or for the one asked, its score in each class."""
    space, made = rows([text for text, _ in texts] + ([asked] if asked else []))
    kinds = [kind for _, kind in texts]
    task = svm.Task(made[: len(texts)], kinds, [1.0] * len(texts), [1.0] * (max(kinds) + 1), len(space.squares))
    weights = svm.fit(task, [{} for _ in texts])
    return [svm.Lanes(len(task.own)).scores(row, weights) for row in made[len(texts) :] or made]


def test_what_can_be_told_apart_is() -> None:
    for (_, kind), found in zip(APART, scores(APART), strict=True):
        assert max(found) == found[kind] > 0 > max(score for at, score in enumerate(found) if at != kind)


@pytest.mark.parametrize(
    ("asked", "kind"), [("merah", 0), ("kehijauan", 1), ("birunya", 2), ("laut merah sekali merah tomat", 0)]
)
def test_pieces_of_words_decide(asked: str, kind: int) -> None:
    (found,) = scores(APART, asked)
    assert found.index(max(found)) == kind


def test_the_same_rows_give_the_same_weights() -> None:
    assert scores(APART) == scores(APART)


def test_contradictions_end_undecided() -> None:
    """The same text in two classes: neither may win."""
    (first, second) = scores([("sama saja", 0), ("sama saja", 1)])[0]
    assert first == pytest.approx(second, abs=0.4)


def test_a_dearer_error_is_avoided() -> None:
    texts = ["lampu jalan", "lampu jalan", "lampu rumah"]
    space, made = rows(texts)
    cheap = learn(made, [0, -1, -1], len(space.squares), [1.0, 1.0, 1.0])
    dear = learn(made, [0, -1, -1], len(space.squares), [9.0, 1.0, 1.0])
    assert made[0] is not made[1]
    assert dear[0][0] > cheap[0][0]


def test_the_optimum_is_the_one_the_formula_has() -> None:
    """One row x of length one, inside: the least w²/2 + C·max(0, 1 - (w·x + b))² has w·x = 2C(1 - b)/(1 + 2C)."""
    space, made = rows(["satu"])
    (found,) = learn(made, [0], len(space.squares))
    assert found[0] - svm.BIAS == pytest.approx(2 * (1 - svm.BIAS) / 3, rel=1e-4)


def test_what_was_taken_away_is_forgotten() -> None:
    """Begun from the whole, it comes out as a training that never saw the row."""
    texts = ["merah apel", "merah tomat", "hijau daun", "merah daun"]
    space, made = rows(texts)
    task = svm.Task(made, [0, 0, 1, 1], [1.0] * 4, [1.0, 1.0], len(space.squares))
    whole: svm.Alphas = [{} for _ in texts]
    svm.fit(task, whole)
    again = svm.fit(task, [*(dict(alpha) for alpha in whole[:3]), {}], frozenset({3}), passes=20)
    never = svm.fit(task, [{} for _ in texts], frozenset({3}), passes=20)
    lanes = svm.Lanes(2)
    for row in made:
        assert lanes.scores(row, again) == pytest.approx(lanes.scores(row, never), abs=0.05)


@pytest.mark.parametrize("texts", [[], [""], ["", "satu"], ["🙂"]])
def test_rows_without_features_do_no_harm(texts: list[str]) -> None:
    space, made = rows(texts)
    task = svm.Task(made, [0] * len(made), [1.0] * len(made), [1.0], len(space.squares))
    assert len(svm.fit(task, [{} for _ in made])) == len(space.squares)


def test_shuffles_are_permutations_and_repeat() -> None:
    first, again, other = (svm.Order(seed).shuffle(list(range(50))) for seed in (3, 3, 4))
    assert first == again != other
    assert sorted(first) == list(range(50))
