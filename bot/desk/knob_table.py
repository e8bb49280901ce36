"""Which values of the service's rules are set at the desk, a group a page. What only a file can say (another norm, another calendar, the
words that count as rude) is changed in the file; see `bot.desk.contents`."""

from collections.abc import Callable, Iterator, Mapping

from bot import values
from bot.desk.deadlines import KIND
from bot.desk.knobs import DAY, Knob
from bot.desk.show import N_, URGENCY
from bot.desk.speech import tr
from bot.engine.read import Tree
from bot.policy.calendars import DAYS
from bot.policy.norms import UNITS
from bot.record import record

Trees = Mapping[str, Tree]
ASSIGN, LOAD, ROUTING, CALLS = "data/assignment.yaml", "data/load.yaml", "data/routing.yaml", "data/escalation.yaml"
SLA, CALENDARS, SHIFTS = "data/sla.yaml", "data/calendars.yaml", "data/shifts.yaml"
PATIENCE, PROGRAMMES, REGISTER, MENU = "data/patience.yaml", "data/programmes.yaml", "data/register.yaml", "menu.yaml"
WEIGHT, MINUTES, SECONDS, HOURS, CASES = N_("bobot"), N_("menit"), N_("detik"), N_("jam"), N_("kasus")
# fmt: off
MODES = (("push", N_("diberikan sendiri kepada petugas yang longgar")), ("pull", N_("petugas menekan “Ambil berikutnya”")))
BREACH = (
    ("nothing", N_("tidak ada")), ("lead", N_("pemimpin regu diberi tahu")),
    ("raise", N_("urgensi naik, pemimpin regu diberi tahu")), ("queue", N_("kembali ke antrean, pemimpin regu diberi tahu")),
)
WAYS = (("telegram", "Telegram"), ("whatsapp", "WhatsApp"), ("email", N_("surel")))
WHO = {
    "duty": N_("petugas yang bertugas"), "next": N_("petugas bertugas berikutnya"), "lead": N_("pemimpin regu dan admin"),
    "agency": N_("petugas jaga instansi"),
}
STATES = (("open", N_("buka")), ("soon", N_("belum dibuka")), ("paused", N_("dihentikan sementara")), ("closed", N_("selesai")))
NUISANCE = (
    ("flood", N_("membanjiri"), "40"), ("repeat", N_("pesan yang sama"), "8"), ("rude", N_("hanya kata kasar"), "6"),
    ("joke", N_("hanya bercanda"), "6"), ("advert", N_("iklan"), "4"), ("reports", N_("laporan beruntun"), "12"),
)
HERE, OTHERS = N_("Hadir dan kembali"), N_("Kapan rekan lain didahulukan")
CAPACITY = N_("Kasus baru tidak diberikan bila bobot yang dipegang sudah sebanyak ini.")
KEPT_FOR = N_("Kasus kritis tidak pernah menunggu. 0 = tidak ada yang disisihkan.")
NOTICE = N_("Naikkan bila tujuan pemakaian data berubah: setiap warga membacanya sekali lagi, dan tercatat versi mana dibaca kapan.")


@record
class Group:
    """Values on one page."""

    slug: str
    title: str
    about: str
    files: tuple[str, ...]
    make: Callable[[Trees], Iterator[Knob]]
    """Given the files as trees: some values are there only because a file names them."""

    def knobs(self, trees: Trees) -> list[Knob]:
        return list(self.make(trees)) if all(file in trees for file in self.files) else []


def _under(trees: Trees, file: str, key: str) -> Mapping[str, Tree]:
    found = values.find(trees.get(file), (key,))
    return found.value if found is not None and isinstance(found.value, dict) else {}


def _by_urgency(file: str, key: str, unit: str, high: float, usual: tuple[int, int, int], of: str) -> Iterator[Knob]:
    for urgency, standard in zip(("critical", "high", "normal"), usual, strict=True):
        yield Knob(file, (key, urgency), URGENCY[urgency], unit=unit, high=high, usual=str(standard), of=of)


def _assignment(_: Trees) -> Iterator[Knob]:
    yield Knob(ASSIGN, ("mode",), N_("Cara kasus sampai kepada petugas"), kind="choice", choices=MODES, usual="pull")
    yield Knob(ASSIGN, ("capacity",), N_("Bobot terbanyak seorang petugas"), CAPACITY, WEIGHT, low=1, high=1000, usual="12")
    yield from _by_urgency(ASSIGN, "weights", WEIGHT, 100, (3, 2, 1), N_("Bobot satu kasus menurut urgensi"))
    yield from _by_urgency(ASSIGN, "silent_minutes", MINUTES, DAY, (3, 7, 15), N_("Petugas boleh diam, lalu kasus pindah"))
    yield Knob(ASSIGN, ("present_seconds",), N_("Masih dianggap ada di meja"), N_("Setelah tanda terakhir dari halaman mejanya."),
               SECONDS, low=30, high=3600, usual="75", of=HERE)
    yield Knob(ASSIGN, ("absent_minutes",), N_("Tidak terlihat dan tidak bertugas"), N_("Sesudah itu lembar serah terimanya dibuat."),
               MINUTES, low=1, usual="30", of=HERE)
    yield Knob(ASSIGN, ("return_days",), N_("Warga yang kembali diarahkan ke petugas yang sama"), N_("0 = tidak pernah."),
               N_("hari"), high=3650, usual="14", of=HERE)
    yield Knob(ASSIGN, ("spread_percent",), N_("Beban petugas satu dinas dijaga dalam"), unit="%", high=100, usual="15", of=HERE)


def _load(_: Trees) -> Iterator[Knob]:
    yield from _by_urgency(LOAD, "urgency", WEIGHT, 100, (3, 1, 0), N_("Berat menurut urgensi"))
    yield Knob(LOAD, ("heavy",), N_("Disebut berat mulai"), unit=WEIGHT, low=1, high=1000, usual="3", of=OTHERS)
    yield Knob(LOAD, ("in_a_row",), N_("Kasus berat berturut-turut"), unit=CASES, low=1, high=100, usual="2", of=OTHERS)
    yield Knob(LOAD, ("in_a_shift",), N_("Kasus berat dalam satu dinas"), unit=CASES, low=1, high=1000, usual="6", of=OTHERS)
    yield Knob(LOAD, ("cool_down_minutes",), N_("Jeda sesudah kasus berat"), unit=MINUTES, usual="15", of=OTHERS)
    yield Knob(LOAD, ("debrief_from",), N_("Pemimpin regu diminta berbincang mulai"), N_("Kasus berat dalam satu dinas."),
               CASES, low=1, high=1000, usual="4", of=OTHERS)


def _routing(_: Trees) -> Iterator[Knob]:
    yield Knob(ROUTING, ("language_minutes",), N_("Kasus disisihkan untuk petugas yang menulis bahasanya"), KEPT_FOR, MINUTES,
               "number", usual="15")
    yield Knob(ROUTING, ("leads",), N_("Topik dan rincian hanya untuk pemimpin regu"),
               N_("Nama kunci seperti di daftar topik, dengan koma."), kind="words")


def _escalation(trees: Trees) -> Iterator[Knob]:
    yield Knob(CALLS, ("answer_within",), N_("Warga dikabari bila belum ada manusia yang menerima dalam"), "", SECONDS,
               "number", 10, 86_400, usual="120")
    yield Knob(CALLS, ("repeat",), N_("Panggilan diulang setiap"), "", SECONDS, "number", 10, 86_400, usual="60")
    for key, step in _under(trees, CALLS, "steps").items():
        who = WHO.get(values.read(step, ("who",)) or "", key)
        yield Knob(CALLS, ("steps", key, "after"), who, "", SECONDS, "number", 0, 86_400, usual="0", of=N_("Dipanggil setelah"))


def _sla(trees: Trees) -> Iterator[Knob]:
    names = tuple((key, key) for key in _under(trees, CALENDARS, "calendars"))
    unit = {"minutes": MINUTES, "hours": HOURS, "days": N_("hari kerja")}
    yield Knob(SLA, ("warn_ways",), N_("Peringatan juga dikirim lewat"), N_("Selalu tampil di meja petugas. Kosong = di meja saja."),
               kind="some", choices=WAYS)
    yield Knob(SLA, ("on_shift",), N_("Kalender saat petugas menjawab"),
               N_("Di luar itu bot berkata bahwa petugas membuka lagi nanti."), kind="choice", choices=names)
    rows = values.find(trees[SLA], ("norms",))
    for row in rows.value if rows is not None and isinstance(rows.value, list) else ():
        kind, *narrow = (values.read(row, (key,)) or "" for key in ("kind", "urgency", "topic", "subtopic", "class"))
        what = " · ".join([tr(KIND.get(kind, kind)), *(tr(URGENCY.get(each, each)) for each in narrow if each)])
        name, size = values.name(row), next((each for each in UNITS if values.find(row, (each,))), "days")
        yield Knob(SLA, ("norms", name, size), N_("Lamanya"), "", unit[size], "number", 0.1, 100_000, of=what)
        yield Knob(SLA, ("norms", name, "warn"), N_("Diingatkan setelah bagian"), "", N_("dari seluruh waktunya"), "number", 0.05, 1,
                   usual="0.8", of=what)
        yield Knob(SLA, ("norms", name, "breach"), N_("Setelah lewat"), kind="choice", choices=BREACH, usual="lead", of=what)


def _calendars(trees: Trees) -> Iterator[Knob]:
    for name, tree in _under(trees, CALENDARS, "calendars").items():
        for day in DAYS if values.find(tree, ("week",)) else ():
            yield Knob(CALENDARS, ("calendars", name, "week", day), day.capitalize(), kind="spans", of=name)


def _shifts(trees: Trees) -> Iterator[Knob]:
    yield Knob(SHIFTS, ("rest_hours",), N_("Istirahat di antara dua dinas"), "", HOURS, "number", 0, 24, usual="11")
    yield Knob(SHIFTS, ("week_hours",), N_("Paling banyak seminggu"), "", HOURS, "number", 1, 168, usual="40")
    yield Knob(SHIFTS, ("gap_hours",), N_("Kekurangan petugas menjadi alarm"), N_("Dinas dalam sekian jam ke depan."), HOURS,
               "number", 1, 336, usual="72")
    yield Knob(SHIFTS, ("handover_minutes",), N_("Serah terima menunggu diterima"), N_("Lewat itu kasusnya kembali ke antrean."),
               MINUTES, "number", 1, DAY, usual="30")
    for key, tree in _under(trees, SHIFTS, "kinds").items():
        of = values.read(tree, ("label",)) or key
        yield Knob(SHIFTS, ("kinds", key, "from"), N_("Mulai"), kind="time", of=of)
        yield Knob(SHIFTS, ("kinds", key, "to"), N_("Sampai"), kind="time", of=of)
        yield Knob(SHIFTS, ("kinds", key, "needs"), N_("Berapa petugas"), unit=N_("orang"), high=500, usual="1", of=of)


def _patience(_: Trees) -> Iterator[Knob]:
    yield Knob(PATIENCE, ("messages",), N_("Pesan yang masih wajar"), "", N_("pesan"), "number", 5, 10_000, usual="30")
    yield Knob(PATIENCE, ("minutes",), N_("dalam"), "", MINUTES, "number", 0.1, DAY, usual="5")
    yield Knob(PATIENCE, ("slow_seconds",), N_("Jeda sebelum menjawab, mula-mula"), "", SECONDS, "number", 1, 3600, usual="10")
    yield Knob(PATIENCE, ("slower_seconds",), N_("Jeda setelah karantina disarankan"), "", SECONDS, "number", 1, 3600, usual="60")
    yield Knob(PATIENCE, ("forget_hours",), N_("Dilupakan setelah tenang"), "", HOURS, "number", 0.1, 24, usual="6")
    for key, label, usual in NUISANCE:
        yield Knob(PATIENCE, ("suspect", key), label, unit=N_("kali"), high=10_000, usual=usual,
                   of=N_("Karantina disarankan setelah (0 = tidak dihitung)"))


def _programmes(trees: Trees) -> Iterator[Knob]:
    for key, tree in _under(trees, PROGRAMMES, "programmes").items():
        of = values.read(tree, ("title",)) or key
        yield Knob(PROGRAMMES, ("programmes", key, "state"), N_("Keadaan"), kind="choice", choices=STATES, of=of)
        for each, label in (("opens", N_("Dibuka tanggal")), ("closes", N_("Ditutup sesudah tanggal"))):
            if values.find(tree, (each,)):
                yield Knob(PROGRAMMES, ("programmes", key, each), label, N_("Tanggal hanya bisa menutup, tidak membuka."),
                           kind="date", of=of)


def _talk(trees: Trees) -> Iterator[Knob]:
    for key, tree in _under(trees, MENU, "steps").items():
        if values.read(tree, ("kind",)) == "notice":
            yield Knob(MENU, ("steps", key, "version"), N_("Versi pemberitahuan data"), NOTICE, kind="version")
    if REGISTER in trees:
        polite = (("lemes", "lemes"), ("loma", "loma"))
        yield Knob(REGISTER, ("policy",), N_("Tingkat tutur basa Sunda"), kind="choice", choices=polite, usual="lemes")
    silent = tr(N_("Warga yang lama tidak menjawab"))
    for file, tree in trees.items():
        of = f"{silent}: {values.read(tree, ('title',)) or file}"
        for each, label in (("remind", N_("Diingatkan setelah")), ("expire", N_("Ditutup setelah"))):
            if "/" not in file and values.find(tree, ("sleep", each)):
                yield Knob(file, ("sleep", each), label, N_("30m, 3h, 2d: menit, jam, hari."), kind="lasts", of=of)


GROUPS = (
    Group("pembagian", N_("Pembagian kasus"), N_("Bagaimana kasus yang menunggu sampai kepada petugas."), (ASSIGN,), _assignment),
    Group("beban", N_("Kasus berat"),
          N_("Menjaga petugas. Batas ini hanya memilih siapa yang lebih dulu, dan tidak pernah membuat warga menunggu."), (LOAD,), _load),
    Group("antrean", N_("Antrean"), N_("Siapa yang boleh dan didahulukan mengambil kasus."), (ROUTING,), _routing),
    Group("darurat", N_("Panggilan darurat"),
          N_("Siapa dipanggil bila nyawa warga mungkin terancam, dan kapan. Petugas jaga instansi ditulis di berkas."), (CALLS,), _escalation),
    Group("tenggat", N_("Tenggat"), N_("Berapa lama tiap langkah boleh berlangsung, dan apa yang terjadi sesudahnya."),
          (SLA, CALENDARS), _sla),
    Group("jam", N_("Jam kerja dan hari libur"), N_("Menurut kalender inilah tenggat dihitung."), (CALENDARS,), _calendars),
    Group("dinas", N_("Dinas"), N_("Jenis dinas, istirahat, dan serah terima."), (SHIFTS,), _shifts),
    Group("kesabaran", N_("Kesabaran bot"),
          N_("Pengirim yang mengganggu dijawab lebih lambat. Pesannya tetap disimpan, dan kata darurat tidak pernah ditunda."),
          (PATIENCE,), _patience),
    Group("program", N_("Program bantuan"), N_("Program yang bisa dibuka dan ditutup."), (PROGRAMMES,), _programmes),
    Group("percakapan", N_("Percakapan"), N_("Pemberitahuan data, tingkat tutur, dan waktu tunggu."), (MENU,), _talk),
)
# fmt: on
