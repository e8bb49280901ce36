"""Closed questions as they are answered in West Java: loma, lemes, slang, both languages in one line, slips of the finger.

What each line must be: a choice of the question, or a word that works everywhere. Read against the shipped flows.
"""

from bot.engine.flow import Flows
from bot.engine.match import normalise

YES = (
    "ya; iya; y; Ya!; iya dong; ya dong; iya min; iyaa; yaaa; iyah; ya pak; iya bu; ok; oke; okeh; okay; siap; sip; boleh; boleh dong; "
    "boleh kak; mau; mau dong; betul; betul pak; bener; benar; setuju; muhun; sumuhun; smuhun; muhunn; mhn; muhun kang; muhun atuh; "
    "muhun, mangga; enya; enya atuh; enya euy; heueuh; heueuh atuh; heeh; heuh; leres; leres pisan; leres pak; mangga; mangga atuh; "
    "mangga wae; sumangga; kersa; hoyong; hayang; daek; panuju; satuju; tangtos; hayu; hayu atuh; iya muhun; ya betul; iya benar; "
    "iya boleh; gas; gaskeun; yup; yes; 1; hiji; nu kahiji; nomer hiji; satu; no 1; 1️⃣; yg pertama; bole; oke deh; ya silakan; iya kang; "
    "punten muhun; muhun bu; sumuhun pak; yoi; petugas aja; ya petugas"
)
NO = (
    "tidak; tdk; gak; nggak; ngga; ga; g; gk; enggak; engga; kagak; tidak usah; gak usah; gak usah deh; ga usah; gausah; nggak usah; "
    "tidak perlu; gak perlu; ga perlu; tidak mau; gak mau; ga mau; gamau; jangan; jangan dulu; belum; blm; bukan; no; henteu; hnteu; "
    "hente; henteu ah; henteu kang; henteu, nuhun; teu; teu acan; teuacan; tacan; acan; teu kedah; teu kudu; teu hoyong; teu hayang; "
    "teu daek; moal; moal ah; moal waka; ulah; ulah waka; entong; tong; alim; alim ah; embung; embung ah; sanes; 2; dua; kadua; "
    "nu kadua; nomer dua; no 2; 2 aja; yg kedua; tidak dong; enggak kak; gak kak; ga min; tidk; tidakk; hentu; nggk; lanjutkan; lajengkeun; "
    "teraskeun; terus; lanjut"
)
WORDS = {
    "menu": "menu; menuu; MENU; mnu; mulai; ka menu; menu utama; balik ka menu; ka menu utama; mau ke menu; menu dong; menu atuh; ti awal; "
    "mimiti deui; menu awal; kembali ke menu; uih ka menu; wangsul ka menu",
    "cancel": "batal; batalkan; batalin; batalin aja; gak jadi; ga jadi; gajadi; gajadi deh; nggak jadi; tidak jadi; teu cios; teu jadi; "
    "moal jadi; moal cios; bolay; bolaykeun; btal; batal weh; batal wae; teu jadi ah; cancel",
    "repeat": "ulang; ulangi; ulang deui; tolong diulang; ulangan deui; repeat; ulangi dong; balikan deui; ulangi pertanyaannya",
    "language": "bahasa; basa; ganti bahasa; ganti basa; gentos basa; gentos bahasa; ubah bahasa; gentos kana basa sunda; bahsa; "
    "pake bahasa sunda; nganggo basa sunda; basa sunda wae; bahasa sunda aja",
    "officer": "petugas; patugas; petgas; ptugas; manusia; jalmi; jalma; orang; cs; admin; operator; mau ngomong sama petugas; "
    "hoyong nyarios sareng patugas; hayang ngomong jeung patugas; sambungkeun ka patugas; bicara sama orang; mau sama petugas; "
    "nyarios sareng jalmi; pengen ngobrol sama manusia; sambungin ke petugas; patugas wae; hubungkeun ka patugas",
    "back": "0; kembali; balik; wangsul; mundur; balik deui; mulang; back; kembali dong; uih deui; sebelumnya",
    "thanks": "makasih; nuhun; hatur nuhun; hatur nuhun pisan; nuhun pisan; terima kasih; makasih ya; makasih min; nuhun kang; tq; "
    "mksh; trimakasih; haturnuhun; nuhun nya; hatur nuhun kang",
    "greeting": "halo; punten; sampurasun; assalamualaikum; halo min; punten kang; wilujeng enjing; pagi; selamat pagi; pagi kak; "
    "wilujeng sonten; rampes; aslm",
}


def heard(flows: Flows, said: str) -> str | None:
    """As the engine hears a line at the offer of a human: choices first, then words that work everywhere, then slips."""
    plain, table, words = normalise(said), flows.nodes["menu/tawaran"].table, flows.lexicon
    return table.find(plain) or words.command(plain) or table.guess(plain) or words.command_like(plain)


def test_closed_questions_are_understood(flows: Flows) -> None:
    cases = [(line, "ya") for line in YES.split("; ")] + [(line, "tidak") for line in NO.split("; ")]
    assert len(cases) > 140
    missed = [(line, want, heard(flows, line)) for line, want in cases if heard(flows, line) != want]
    assert len(missed) <= 0.02 * len(cases), missed
    assert not [row for row in missed if row[2] in ("ya", "tidak")], missed


def test_words_that_work_everywhere_are_understood(flows: Flows) -> None:
    cases = [(line, name) for name, lines in WORDS.items() for line in lines.split("; ")]
    words = flows.lexicon
    said = [(line, name, words.command(normalise(line)) or words.command_like(normalise(line))) for line, name in cases]
    missed = [row for row in said if row[1] != row[2]]
    assert len(cases) > 110
    assert len(missed) <= 0.02 * len(cases), missed


def test_what_is_no_answer_is_none(flows: Flows) -> None:
    """Uncertainty, questions, and lines that only begin like an answer."""
    lines = (
        "tidak tahu; gak tau; gatau; teu terang; teu nyaho; duka; duka atuh; mungkin; bentar; nanti; kumaha; naon; kenapa; apa; "
        "tidak bisa login; tidak ada air; iya pak jalan itu rusak; muhun jalanna ruksak pisan; henteu aya nu ngabantuan; "
        "ulah jangji wae; moal enya kitu; teu acan aya patugas; mangga cek ka lapangan; iya atau tidak; tidak puas"
    )
    assert [line for line in lines.split("; ") if heard(flows, line)] == []
