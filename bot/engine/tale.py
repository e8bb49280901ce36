"""Whether an answer tells what happened instead of saying where: no name of a place, sure of its matter, and words of telling.

Who names a spot says what stands there ("depan puskesmas"), so the matter alone proves nothing; that something has not come, is still so,
or since when, is said of events only.
"""

from bot.engine import meaning
from bot.engine.turn import Turn

FEWEST = 4
"""Words that a story has at least."""
TELLS = frozenset(
    "tidak tdk tak gak ga nggak enggak engga belum blm sudah sdh udah udh sejak terus selalu sering padahal tapi tetapi karena krn kalau "
    "kalo setiap tiap kemarin kmrn tadi semalam seminggu sebulan sehari setahun berhari minggu bulan tahun malah tolong mohon kenapa "
    "teu tos parantos atos geus acan can kamari tadi wae terus unggal lamun upami saminggu sabulan sasasih sataun sapoe margi lantaran "
    "nepi mugi punten kunaon".split()
)  # fmt: skip
SPOTS = frozenset(
    "di dekat dket deket depan belakang samping sebelah seberang sekitar sepanjang antara pinggir ujung tepat arah dari jl jln gang gg kp "
    "caket deukeut payuneun hareupeun tukangeun gigireun peuntaseun sakuriling sapanjang sisi tungtung ti rt rw blok".split()
)
"""Who begins with one of these says where, whatever follows."""


def is_story(turn: Turn, plain: str) -> bool:
    """`plain`: the normalised text. The caller has seen that no place is named in it."""
    words = plain.split()
    if len(words) < FEWEST or words[0] in SPOTS or not TELLS & set(words):
        return False
    topic, told = turn.topic(turn.said.text), turn.intent(turn.said.text)
    about = topic is not None and topic.verdict == "sure"
    return about or (told is not None and (told.label, told.verdict) == (meaning.REPORT, "sure"))
