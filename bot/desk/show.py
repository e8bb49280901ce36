"""How things look in words at the desk: times in WIB, masked numbers, names of states. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from datetime import date as CalendarDay
from functools import lru_cache
from typing import Any

from bot.desk import speech
from bot.desk.reasons import REASON as REASON
from bot.desk.speech import tr
from bot.models import STATE_NAME, URGENCY_NAME, State, Urgency
from bot.registry import ADAPTERS
from bot.triage.identity import mask
from bot.triage.phone import phone
from bot.wib import WIB


def N_(text: str) -> str:
    """Marks a text for the catalogues; templates translate it where they print it."""
    return text


CHANNEL = {**{each.name: each.title for each in ADAPTERS.values()}, "phone": N_("Telepon atau loket")}
LANGUAGE = {"id": N_("Bahasa Indonesia"), "su": N_("Basa Sunda"), "en": "English"}
AUTHOR = {
    "citizen": N_("Warga"),
    "bot": N_("Bot"),
    "officer": N_("Petugas"),
    "note": N_("Catatan internal"),
    "system": N_("Sistem"),
}
FACE = {"citizen": "orang", "bot": "bot", "officer": "petugas", "note": "catatan"}
"""The sign beside who speaks."""
KIND = {
    "image": N_("Foto"),
    "video": N_("Video"),
    "audio": N_("Rekaman audio"),
    "voice": N_("Pesan suara"),
    "document": N_("Dokumen"),
    "sticker": N_("Stiker"),
    "location": N_("Lokasi"),
    "contact": N_("Kartu kontak"),
    "reaction": N_("Reaksi"),
    "unsupported": N_("Jenis pesan yang belum didukung"),
    "lost": N_("Kiriman yang tidak sampai"),
    "flow": N_("Formulir"),
    "order": N_("Pesanan"),
    "edited": N_("Warga mengedit pesan yang tidak ada di sini"),
    "deleted": N_("Warga menghapus pesan yang tidak ada di sini"),
}
DELIVERY = {
    "ready": ("…", N_("Menunggu dikirim")),
    "retry": ("↻", N_("Dicoba lagi")),
    "unknown": ("?", N_("Belum pasti terkirim")),
    "accepted": ("✓", N_("Diterima platform")),
    "sent": ("✓", N_("Terkirim")),
    "delivered": ("✓✓", N_("Sampai")),
    "read": ("✓✓", N_("Dibaca")),
    "played": ("✓✓", N_("Diputar")),
    "failed": ("!", N_("Gagal terkirim")),
    "suppressed": ("–", N_("Tidak dikirim")),
}
ANSWER = {
    "topic": N_("Topik"),
    "subtopic": N_("Rincian topik"),
    "place": N_("Tempat"),
    "place_name": N_("Tempat menurut daftar wilayah"),
    "elsewhere": N_("Di luar wilayah"),
    "details": N_("Isi laporan"),
    "photo": N_("Foto"),
    "foto": N_("Foto"),
    "attachments": N_("Lampiran"),
    "name": N_("Nama"),
    "to_hear": N_("Jawaban suara, perlu didengar"),
}
EVENT = {
    "opened": N_("Tiket dibuka"),
    "asked": N_("Warga meminta petugas"),
    "moved": N_("Status diubah"),
    "urgency": N_("Urgensi diubah"),
    "topic": N_("Topik ditetapkan"),
    "rated": N_("Dinilai warga"),
    "comment": N_("Warga menambah komentar"),
    "unclear": N_("Jawaban penilaian tidak jelas"),
    "expired": N_("Penilaian tidak dijawab"),
    "unasked": N_("Penilaian tidak ditanyakan"),
    "review": N_("Penilaian rendah, menunggu ditinjau"),
    "reviewed": N_("Penilaian ditinjau"),
    "answered": N_("Jawaban pertama petugas"),
    "alarm": N_("Panggilan darurat"),
    "followed": N_("Diikuti warga lain"),
    "outside": N_("Tempatnya di luar wilayah"),
    "deadline": N_("Tenggat dihitung ulang"),
    "callback": N_("Warga minta dihubungi nanti"),
    "passed": N_("Diserahterimakan"),
    "entered": N_("Dicatat petugas"),
    "place": N_("Tempat dibetulkan"),
    "identity": N_("Identitas pelapor dibuka untuk instansi"),
    "replied": N_("Warga menambah keterangan"),
    "external": N_("Kabar dari SP4N-LAPOR!"),
    "instruction": N_("Instruksi"),
    "merged": N_("Digabung ke kasus lain"),
    "merged_in": N_("Kasus lain digabung ke sini"),
    "parted": N_("Dipisahkan lagi"),
    "distinct": N_("Bukan kasus yang sama"),
}
PAIRED = frozenset({"merged", "merged_in", "parted", "distinct"})
"""Events that name another case."""
DANGER = {
    "medical": N_("Gawat medis"),
    "breathing": N_("Sesak napas"),
    "fire": N_("Kebakaran"),
    "drowning": N_("Tenggelam"),
    "violence": N_("Kekerasan"),
    "suicide": N_("Ingin mengakhiri hidup"),
    "accident": N_("Kecelakaan"),
    "disaster": N_("Bencana"),
    "missing": N_("Orang hilang"),
    "drill": N_("Latihan"),
}
ALARM = {
    "asking": N_("Menunggu jawaban warga"),
    "paging": N_("Memanggil"),
    "acknowledged": N_("Diterima"),
    "calm": N_("Tidak sedang terjadi"),
    "ended": N_("Selesai"),
}
WAY = {
    "desk": N_("Meja"),
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "email": N_("Surel"),
    "webhook": "Webhook",
    "push": N_("Peramban"),
}
QUARANTINE = {"suggested": N_("Disarankan ditahan"), "held": N_("Ditahan")}
QUARANTINE_ACT = {
    "suggested": N_("Disarankan ditahan"),
    "held": N_("Ditahan"),
    "dismissed": N_("Saran diabaikan"),
    "lifted": N_("Dilepas"),
}
READY_REASONS = (
    N_("Menelepon warga untuk melengkapi laporan"),
    N_("Mencocokkan data warga dengan instansi"),
    N_("Memeriksa laporan yang mungkin ganda"),
    N_("Keadaan darurat"),
)
"""To choose from; any other may be written."""
DISCLOSED = {
    "numbers": N_("Nomor telepon dan nomor identitas"),
    "phone": N_("Kasus milik satu nomor telepon"),
    "original": N_("Foto asli dengan data lokasi"),
    "file": N_("Berkas warga"),
    "sensitive": N_("Kasus kesehatan atau rahasia"),
    "identity": N_("Identitas pelapor, oleh instansi"),
    "export": N_("Tabel yang diunduh"),
}
TWIN = {"phone": N_("Nomor telepon sama"), "user_id": N_("Identitas sama"), "parent": N_("Identitas sama")}
"""Why two contacts may be one person."""
JOINED = {"code": N_("Oleh warga, dengan kode"), "lead": N_("Oleh petugas")}
ACTOR = {
    "citizen": N_("Warga"),
    "bot": N_("Bot"),
    "officer": N_("Petugas"),
    "agency": N_("Instansi"),
    "clock": N_("Otomatis"),
}
STATE = {**{str(state): name for state, name in STATE_NAME.items()}, "waiting_citizen": N_("Menunggu jawaban warga")}
"""As officers read them: the citizens' "Menunggu jawaban Anda" would name the wrong person here."""
URGENCY = {str(urgency): name for urgency, name in URGENCY_NAME.items()}

# Controls that turn text around could make a citizen's words look like something else, so they are shown by name.
_BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def visible(text: object) -> str:
    """A citizen's words with direction controls made visible."""
    return _BIDI.sub(lambda found: f"[U+{ord(found.group()):04X}]", str(text))


def finalize(value: Any) -> Any:
    """Whatever a template prints passes here: no name or note of anybody can forget to be made visible."""
    return visible(value) if type(value) is str and not value.isascii() and _BIDI.search(value) else value


def one_line(text: str, limit: int = 140) -> str:
    return visible(" ".join(text[: limit * 2].split()))[:limit]


def private(text: object, case: Any = None) -> str:
    """A citizen's words with identity and telephone numbers masked, unless this is a case whose numbers this officer has asked for."""
    return visible(text if case is not None and case.revealed else mask(str(text)))


def masked(number: str) -> str:
    """`0812••••7731`; a number too short to hide anything is hidden whole; '' stays ''."""
    digits = re.sub(r"\D", "", number)
    if digits.startswith("62"):
        digits = "0" + digits[2:]
    if len(digits) < 9:
        return "••••" if digits else ""
    return f"{digits[:4]}••••{digits[-4:] if len(digits) > 10 else digits[-2:]}"


def channel(account: str) -> str:
    """The channel's code of an account, `whatsapp:100200300`."""
    return account.partition(":")[0]


def via(account: str) -> str:
    """What the channel of an account is called."""
    return tr(CHANNEL.get(channel(account), channel(account)))


def person(row: Mapping[str, Any], case: Any = None) -> str:
    """Whom the officer talks to: the name (some have put their number into it), else what may be shown of the number."""
    name = one_line(private(row["name"] or "", case), 60)
    return name or " ".join(filter(None, [tr(N_("Warga")), number(row, case)]))


def number(row: Mapping[str, Any], case: Any = None) -> str:
    """A masked phone number, where the channel has one."""
    adapter = ADAPTERS.get(channel(row["account"]))
    by_phone = adapter is not None and adapter.by_phone
    address = (row["address"] or "") if by_phone else ""
    digits = row["phone"] or (address if address.lstrip("+").isdigit() else "")
    return phone(digits) or digits if case is not None and case.revealed else masked(digits)


def age(since: datetime, now: datetime) -> str:
    """Short and never in the future: `baru`, `5 mnt`, `2 jam`, `3 hr`."""
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86400, N_("hr")), (3600, N_("jam")), (60, N_("mnt"))):
        if seconds >= size:
            return f"{seconds // size} {tr(unit)}"
    return tr(N_("baru"))


def clock_time(at: datetime) -> str:
    """`09.12`."""
    return at.astimezone(WIB).strftime("%H.%M")


def day(at: datetime, now: datetime) -> str:
    """`Hari ini`, `Kemarin`, `Sel, 3 Nov` or with its year when that is another."""
    local, today = at.astimezone(WIB).date(), now.astimezone(WIB).date()
    if local == today:
        return tr(N_("Hari ini"))
    if local == today - timedelta(days=1):
        return tr(N_("Kemarin"))
    return _short(local, local.year == today.year, speech.language())


@lru_cache(1000)
def _short(date: CalendarDay, this_year: bool, language: str) -> str:
    """A page names a hundred days, mostly the same, and each takes Babel as long as the rest of the line."""
    from babel.dates import format_date  # 45 ms: paid by the first page, not by the start of every server

    return format_date(date, "EEE, d MMM" if this_year else "d MMM y", locale=language)


def date(day: Any) -> str:
    """`Senin, 23 November 2026`."""
    from babel.dates import format_date

    return format_date(day, "EEEE, d MMMM y", locale=speech.language())


def moment(at: datetime, now: datetime) -> str:
    """`Hari ini 09.12`."""
    return f"{day(at, now)} {clock_time(at)}"


def composer_words() -> dict[str, str]:
    """What composer.js says."""
    return {
        "sending": tr(N_("Mengirim…")),
        "later": tr(N_("Belum terkirim. Dikirim lagi begitu tersambung.")),
        "refused": tr(N_("Tidak terkirim. Ketikan Anda masih di sini.")),
        "old": tr(N_("Pesan ini tertahan lebih dari 10 menit. Baca percakapannya, lalu kirim lagi.")),
        "lost": tr(N_("Berkas itu tidak tersimpan lagi di peramban ini. Pilih lagi, lalu kirim.")),
        "reply": tr(N_("Petugas")),
        "note": tr(N_("Catatan internal")),
        "hours": tr(N_("jam")),
        "minutes": tr(N_("menit")),
    }


def stamps(at: datetime, now: datetime) -> tuple[str, str, str, str]:
    """Day, machine-readable time, moment and time of day: a page has fifty messages, so they come with one call."""
    shown, at_clock = day(at, now), clock_time(at)
    return shown, iso(at), f"{shown} {at_clock}", at_clock


def iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def state_class(state: str) -> str:
    """Which of four looks a state has: waits for us, runs, waits for others, over."""
    if state in (State.QUEUED, State.REOPENED):
        return "wait"
    if state == State.ASSIGNED:
        return "run"
    return "over" if state in (State.RESOLVED, State.CLOSED, State.REJECTED, State.MERGED, State.CANCELLED) else "else"


URGENCIES = tuple(Urgency)


def guess(ticket: Mapping[str, Any]) -> tuple[str, int, list[str]] | None:
    """The machine's suggestion: topic, how sure in percent, the words that say so; None without one."""
    found = ticket["guess"]
    if not found or not found.get("ranked"):
        return None
    return str(found["ranked"][0][0]), round(100 * float(found["sure"])), [str(word) for word in found.get("why", ())]


def named(value: str) -> str:
    """A state or an urgency of the history, in words."""
    return tr(STATE.get(value) or URGENCY.get(value) or value)


def topic(code: str) -> str:
    """Flows name topics by short codes; a code without a better name is at least read as words."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def answers(ticket: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the flow asked and the citizen said, without what is shown elsewhere on the page already."""
    shown = {ticket["topic"], ticket["subtopic"], ticket["place"], ticket["details"], "", "-", "skip"}
    pairs = []
    for question, answer in (ticket["answers"] or {}).items():
        if question in ("place_code", "spot"):  # for machines
            continue
        if question == "to_hear" and isinstance(answer, list):
            answer = ", ".join(ANSWER.get(str(name), topic(str(name))) for name in answer)
        text = _files(answer) if isinstance(answer, list) else str(answer if answer is not None else "").strip()
        if text not in shown and not (ticket["answers"].get("attachments") and "foto" in question):
            pairs.append((ANSWER.get(question, topic(question)), text))
    return pairs


def _files(answer: list[Any]) -> str:
    """`2 Foto, 1 Pesan suara`: how many of each kind; anything but files as it is."""
    kinds = [
        KIND.get(str(row.get("kind")), str(row.get("kind"))) if isinstance(row, dict) else str(row) for row in answer
    ]
    files = isinstance(answer[0], dict)
    return ", ".join(f"{kinds.count(kind)} {tr(kind)}" if files else kind for kind in dict.fromkeys(kinds))
