"""The satisfaction survey and the notices of the verbs."""

import pytest

from bot.engine.flow import NAMED, Flows
from bot.engine.texts import match_score, score_of_choice, survey_question, text

SCORES = [
    ("5", 5), ("1", 1), ("3.", 3), ("lima", 5), ("opat", 4), ("nomor 4", 4), ("5️⃣", 5), ("٤", 4), ("4/5", 4), ("5 dari 5", 5),
    ("⭐⭐⭐⭐", 4), ("⭐", 1), ("★★★★★", 5), ("5 bintang", 5), ("bintang lima", 5), ("nilai 3", 3), ("csat/abc/2", 2),
    ("Sangat puas", 5), ("puas sekali", 5), ("sangat pus", 5), ("puas", 4), ("Puas!", 4), ("cukup", 3), ("biasa aja", 3),
    ("tidak puas", 2), ("tdk puas", 2), ("kurang puas", 2), ("sangat tidak puas", 1), ("kecewa", 1),
    ("sae pisan", 5), ("saé pisan", 5), ("sugema", 4), ("sugema pisan", 5), ("cekap", 3), ("teu sugema", 2), ("teu sugema pisan", 1),
    ("5 hari belum selesai", None), ("sudah 3 kali lapor", None), ("0", None), ("6", None), ("10", None), ("55", None), ("", None),
    ("⭐⭐⭐⭐⭐⭐", None), ("terima kasih", None), ("jalan masih rusak", None), ("tidak", None), ("4/10", None), ("csat//3", None),
    ("csat/abc/9", None), ("petugasnya tidak datang", None), ("lapor", None), ("belum selesai", None), ("1-2 hari lagi", None),
]  # fmt: skip


@pytest.mark.parametrize(("said", "score"), SCORES)
def test_what_is_a_score(flows: Flows, said: str, score: int | None) -> None:
    assert match_score(flows, said, "su") == score


@pytest.mark.parametrize(
    ("language", "label"), [("id", "Sangat puas"), ("su", "Sugema pisan"), (None, "Sangat puas"), ("xx", "Sangat puas")]
)
def test_the_question(flows: Flows, language: str | None, label: str) -> None:
    say = survey_question(flows, language, "t0ken")
    assert say.notice
    assert [choice.id for choice in say.choices] == [f"csat/t0ken/{score}" for score in range(1, 6)]
    assert say.choices[4].label == label
    assert f"\n5. {label}" in say.text
    assert score_of_choice(say.choices[1].id) == ("t0ken", 2)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_notice_has_both_languages(flows: Flows, name: str) -> None:
    assert text(flows, name, "id") == text(flows, name, None) == text(flows, name, "xx")
    assert text(flows, name, "su") != text(flows, name, "id")


def test_an_unknown_text_is_a_bug(flows: Flows) -> None:
    with pytest.raises(KeyError):
        text(flows, "no_such_text", "id")
