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


def scores(texts: list[tuple[str, int]], asked: str = "") -> list[list[float]]:
    """For each text, or for the one asked, its score in each class."""
    space, made = rows([text for text, _ in texts] + ([asked] if asked else []))
    learnt, seen = made[: len(texts)], made[len(texts) :] or made
    kinds = sorted({kind for _, kind in texts})
    lines = [
        svm.fit(learnt, [own == kind for _, own in texts], [1.0] * len(texts), len(space.squares)) for kind in kinds
    ]
    return [[row.score(line) for line in lines] for row in seen]


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
    assert first == pytest.approx(second, abs=0.2)


def test_a_dearer_error_is_avoided() -> None:
    texts = ["lampu jalan", "lampu jalan", "lampu rumah"]
    space, made = rows(texts)
    inside = [True, False, False]
    cheap = svm.fit(made, inside, [1.0, 1.0, 1.0], len(space.squares))
    dear = svm.fit(made, inside, [9.0, 1.0, 1.0], len(space.squares))
    assert made[0].score(dear) > made[0].score(cheap)


def test_the_optimum_is_the_one_the_formula_has() -> None:
    """One row x of length one, inside: the least w²/2 + C·max(0, 1 - (w·x + b))² has w·x = 2C(1 - b)/(1 + 2C)."""
    space, made = rows(["satu"])
    line = svm.fit(made, [True], [1.0], len(space.squares))
    assert made[0].score(line) - svm.BIAS == pytest.approx(2 * (1 - svm.BIAS) / 3)


@pytest.mark.parametrize("texts", [[], [""], ["", "satu"], ["🙂"]])
def test_rows_without_features_do_no_harm(texts: list[str]) -> None:
    space, made = rows(texts)
    assert len(svm.fit(made, [True] * len(made), [1.0] * len(made), len(space.squares))) == len(space.squares)


def test_shuffles_are_permutations_and_repeat() -> None:
    first, again, other = (svm.Order(seed).shuffle(list(range(50))) for seed in (3, 3, 4))
    assert first == again != other
    assert sorted(first) == list(range(50))
