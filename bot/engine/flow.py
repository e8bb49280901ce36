"""All flows of a folder, read, checked and built: everything a step needs is made here, once."""

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

from bot.engine import (
    asking,
    build,
    comfort,
    deciding,
    doing,
    finer,
    inquiry,
    knowledge,
    known,
    nodes,
    numbers,
    outside,
    place,
    programme,
    register,
    reports,
    topics,
    typed,
)
from bot.engine.forms import KEY, Form, Text, Workshop, Written
from bot.engine.knowledge import Knowledge
from bot.engine.match import Lexicon, Table, normalise
from bot.engine.nodes import Node
from bot.engine.read import Source, Tree, read_all, version
from bot.engine.register import Register
from bot.engine.topics import Finer, Group, Topic
from bot.errors import FlowError, Problem, Sentence
from bot.i18n import SOURCE, Catalogues
from bot.message import Choice
from bot.record import record

KINDS: Mapping[str, type[Node]] = {
    kind.kind: kind
    for kind in (
        nodes.AskChoice, nodes.AskLanguage, nodes.AskText, asking.AskYesNo, asking.AskLocation,
        typed.AskNumber, typed.AskDate, typed.AskPhone, typed.AskNik, inquiry.AskQuestion,
        place.AskPlace, known.AskKnown, finer.AskSubtopic, reports.AskTopic, reports.AskMedia, reports.Summary,
        deciding.Check, deciding.Branch, deciding.Put, deciding.Read, programme.Gate,
        doing.Speak, doing.Notice, doing.Go, doing.Back, doing.Finish, doing.OpensTicket, doing.HandsOff, doing.Rest, doing.AskScore,
        outside.FindReports, outside.CallOut, numbers.Numbers,
    )
}  # fmt: skip
"""The registry: a kind of step is one class and one line here."""

ENTRY = "menu"
HOME, LANGUAGE, OFFER, OFFICER = "utama", "bahasa", "tawaran", "petugas"
"""Steps of the entry flow that the engine itself leads to."""
TEXTS = "texts"
NAMED = frozenset(
    """
    menu_button missed stale kept voice_kept files_kept unsupported cancelled first_question thanked greeted_back
    unreadable claimed handed_back queue_cancelled survey_again survey_thanks survey_comment survey_comment_thanks
    survey_stale survey_expired critical_answer critical_ask critical_choice_yes critical_choice_no critical_yes
    critical_no critical_again critical_medical critical_breathing critical_fire critical_drowning
    critical_disaster critical_accident critical_violence critical_suicide critical_missing critical_bad_news
    photo_lost voice_lost file_lost file_refused file_too_big file_here window_closes link_code link_wait link_unknown link_used
    link_expired link_same link_done link_told topic_taken outside_left redirect followed followed_done
    language_heard answer_source answer_stale known_item known_waiting known_handled patience_short answer_yes answer_no wrong_number
    wrong_low wrong_range wrong_date wrong_past wrong_future wrong_phone wrong_nik doubtful_nik nik_noted
    voice_later voice_answer looking question_kept reminded expired moved trouble report_item report_agency
    merged_told parted_told incident_item incident_over wait_minutes wait_quarter wait_half wait_hours
    wait_tomorrow wait_unknown wait_night wait_offer wait_later_choice wait_later wait_later_words wait_ask_words
    step_dispatched step_accepted step_returned step_postponed step_resumed step_rejected step_cancelled step_reopened
    step_forwarded step_forwarded_number step_external step_not_yet ask_agency ask_officer ask_taken
    verify_ask verify_proof verify_choice_yes verify_choice_no verify_yes verify_no verify_over
    answer_source answer_stale
    """.split()
)
"""Texts that the engine and the verbs say; all must be in flows/texts.yaml."""
MAY_LACK = ("redirects", "register", "hosts", "programmes", "comfort")
"""Files of flows/data that a folder of flows can do without."""
SCORES = ("1", "2", "3", "4", "5")


@record
class Survey:
    """The satisfaction question, ready made: body with numbered twin, button labels, and what counts as each score."""

    text: Text
    choices: Mapping[str, tuple[Choice, ...]]
    table: Table


@record
class Sleep:
    """What becomes of a conversation in which nobody answers."""

    remind: timedelta | None
    expire: timedelta | None

    @property
    def first(self) -> timedelta:
        return self.remind or self.expire or DAY


DAY = timedelta(hours=24)


@record
class Flows:
    """Immutable. A changed file is a new `Flows` with another `version`."""

    version: str
    names: tuple[str, ...]
    nodes: Mapping[str, Node]
    """`flow/step` -> step."""
    first: Mapping[str, str]
    """flow -> id of its first step."""
    texts: Mapping[str, Text]
    survey: Survey
    groups: tuple[Group, ...]
    topics: Mapping[str, Topic]
    lexicon: Lexicon
    written: Mapping[str, Written]
    """Every source text, by its translation context."""
    catalogues: Catalogues
    languages: tuple[str, ...]
    notice_version: str
    start: str
    home: str
    language: str
    offer: str
    officer: str
    sleep: Mapping[str, Sleep]
    """flow -> how long it waits for an answer."""
    hosts: Mapping[str, str]
    """name -> address of a system that flows may ask."""
    redirects: Mapping[str, str]
    """Name of a region -> who takes reports there."""
    secrets: Mapping[str, outside.Secret] = field(default_factory=dict)
    """Those of them that want to be shown a secret."""
    register: Register = field(default_factory=Register)
    knowledge: Knowledge = field(default_factory=Knowledge)
    comfort: Mapping[str, tuple[Text, Text]] = field(default_factory=dict)
    """What officers may say to bad news: title and text."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """flow -> what editors call it."""
    finer: Mapping[str, Finer] = field(default_factory=dict)
    """Sub-topics of all topics."""
    awaits: bool = False
    """Some step waits for what becomes of a report."""

    def redirect(self, elsewhere: str, language: str) -> str:
        """Who can help in a place that is not ours: its own service where we know one, and the country's."""
        plain, texts = f" {normalise(elsewhere)} ", self.texts["redirect"]
        own = next((contact for name, contact in self.redirects.items() if f" {name} " in plain), "")
        return "\n".join(filter(None, (own, texts.get(language) or texts[SOURCE])))


_MISSING = Sentence("tidak ditemukan")


def load(flows_dir: Path, catalogues: Catalogues) -> Flows:
    """Reads every flow. Raises `FlowError`: `file:line: step: what is wrong; what to write instead`."""
    sources = _sources(flows_dir)
    manners = register.build(Workshop(catalogues), source) if (source := sources.pop("register", None)) else Register()
    if manners.policy == register.LOMA:
        catalogues = catalogues.familiar(register.LANGUAGE)
    shop = Workshop(catalogues)
    shop.lexicon = words(shop, sources.pop("words"))
    shop.groups = topics.build(shop, sources.pop("topics"))
    redirects = _redirects(shop, sources.pop("redirects", None))
    shop.hosts, secrets = outside.hosts(shop, sources.pop("hosts", None))
    shop.programmes = programme.build(shop, source) if (source := sources.pop("programmes", None)) else {}
    kind_words = comfort.build(shop, source) if (source := sources.pop("comfort", None)) else {}
    known_ = {name.partition("/")[2]: sources.pop(name) for name in list(knowledge.files(sources))}
    knows = knowledge.build(shop, known_)
    texts, survey = _texts(shop, sources.pop(TEXTS, None), flows_dir)
    shop.menu, shop.texts = texts["menu_button"], texts
    forms = _nodes(shop, sources)
    return Flows(
        version=version(_said(shop, {**sources, **known_}), flows_dir / "data"),
        names=tuple(sources),
        nodes=MappingProxyType(shop.built),
        first=MappingProxyType({name: f"{name}/{found[0]}" for name, found in shop.steps.items()}),
        texts=MappingProxyType(texts),
        survey=survey,
        groups=shop.groups,
        topics=MappingProxyType({topic.slug: topic for group in shop.groups for topic in group.topics}),
        lexicon=shop.lexicon,
        written=MappingProxyType(shop.written),
        catalogues=catalogues,
        languages=catalogues.languages,
        notice_version=next((node.version for node in shop.built.values() if isinstance(node, doing.Notice)), ""),
        start=f"{ENTRY}/{shop.steps[ENTRY][0]}",
        home=f"{ENTRY}/{HOME}",
        language=f"{ENTRY}/{LANGUAGE}",
        offer=f"{ENTRY}/{OFFER}",
        officer=f"{ENTRY}/{OFFICER}",
        sleep=MappingProxyType({name: rule for name, form in forms.items() if (rule := _sleep(form))}),
        hosts=MappingProxyType(dict(shop.hosts)),
        secrets=MappingProxyType(secrets),
        redirects=MappingProxyType(redirects),
        register=manners,
        knowledge=knows,
        comfort=MappingProxyType(kind_words),
        titles=MappingProxyType({name: form.string("title", "") or name for name, form in forms.items()}),
        awaits=any(isinstance(node, doing.Rest) and node.event for node in shop.built.values()),
        finer=MappingProxyType(
            {each.slug: each for group in shop.groups for topic in group.topics for each in topic.finer}
        ),
    )


def _sources(flows_dir: Path) -> dict[str, Source]:
    """Every file of content by its short name. Raises `FlowError`."""
    paths = sorted(flows_dir.glob("*.yaml")) + [flows_dir / "data" / name for name in ("topics.yaml", "words.yaml")]
    if not (flows_dir / f"{ENTRY}.yaml").is_file():
        remedy = Sentence("setiap percakapan dimulai di alur `{flow}`", flow=ENTRY)
        raise FlowError(Problem(f"{flows_dir}/{ENTRY}.yaml", 1, "file", _MISSING, remedy))
    paths += [path for name in MAY_LACK if (path := flows_dir / "data" / f"{name}.yaml").is_file()]
    paths += sorted((flows_dir / knowledge.FLOW).glob("*.yaml"))
    return {_short(source.name): source for source in read_all(paths, flows_dir)}


def _nodes(shop: Workshop, sources: Mapping[str, Source]) -> dict[str, Form]:
    """Builds every step of these flows in the workshop; returns the flows' own forms. Raises `FlowError`."""
    steps = {name: _steps(shop, name, source) for name, source in sources.items()}
    shop.steps.update({name: tuple(found) for name, (found, _) in steps.items()})
    for name, (found, _) in steps.items():
        for step, tree in found.items():
            for node in _build(Form(shop, sources[name].name, name, step, tree)):
                shop.built[node.id] = node
    for step in (HOME, LANGUAGE, OFFER, OFFICER):
        if f"{ENTRY}/{step}" not in shop.built:
            remedy = Sentence("mesin bot sendiri menuju langkah ini, jadi biarkan ada")
            raise FlowError(Problem(sources[ENTRY].name, 1, step, _MISSING, remedy))
    return {name: form for name, (_, form) in steps.items()}


def _said(shop: Workshop, sources: Mapping[str, Source]) -> list[str]:
    """All that tells one version of the content from another."""
    return [
        *(f"{context}\0{item.text}" for context, item in shop.written.items()),
        *(source.digest for source in sources.values()),
        *(
            f"{language}\0{key}\0{each.text}"
            for language, said in shop.catalogues.flows.items()
            for key, each in said.items()
        ),
    ]


def _short(name: str) -> str:
    """`flows/knowledge/covid.yaml` is `knowledge/covid`, every other file goes by its own name."""
    folder, _, file = name[:-5].rpartition("/")
    return f"{knowledge.FLOW}/{file}" if folder.endswith(f"/{knowledge.FLOW}") else file


def _steps(shop: Workshop, name: str, source: Source) -> tuple[dict[str, Tree], Form]:
    if not KEY.fullmatch(name):
        what = Sentence("nama berkas alur memakai huruf kecil, angka, dan `_`")
        raise FlowError(Problem(source.name, 1, "file", what, Sentence("ganti namanya")))
    form = Form(shop, source.name, name, "flow", source.tree)
    form.string("title", "")
    steps = form.sub("steps")
    form.has("sleep")
    form.finish()
    return steps, form


def _sleep(form: Form) -> Sleep | None:
    """`sleep: {remind: 3h, expire: 24h}`. Nobody loses a place in less than a day without having been warned."""
    if not form.has("sleep"):
        return None
    own = Form(form.shop, form.file, form.flow, "sleep", Tree(form.fields["sleep"].line, form.sub("sleep")))
    remind = own.duration("remind") if own.has("remind") else None
    expire = own.duration("expire") if own.has("expire") else None
    own.finish()
    if remind and expire and remind >= expire:
        what = Sentence("pengingatnya datang sesudah percakapan berakhir")
        own.fail(what, Sentence("tulis `remind:` yang lebih pendek"), "remind")
    if expire and expire < DAY and not remind:
        what = Sentence("percakapan yang berakhir sebelum 24 jam perlu pengingat")
        own.fail(what, Sentence("tulis `remind:`, atau `expire: 24h`"), "expire")
    return Sleep(remind, expire)


def _build(form: Form) -> nodes.Nodes:
    kind = form.string("kind")
    if kind not in KINDS:
        form.unknown("kind", kind, KINDS)
    built = KINDS[kind].build(form)  # type: ignore[attr-defined]
    form.finish()
    return built  # type: ignore[no-any-return]


def words(shop: Workshop, source: Source) -> Lexicon:
    form = Form(shop, source.name, "words", "words", source.tree)
    names = ("menu", "cancel", "repeat", "language", "officer", "back", "greeting", "thanks", "link", "privacy")
    same = [group.split("=") for group in form.words("same")]
    found = Lexicon.build(form.words("fillers"), {name: form.words(name) for name in names}, same)
    form.finish()
    return found


def _redirects(shop: Workshop, source: Source | None) -> dict[str, str]:
    found = dict[str, str]()
    if source is None:
        return found
    whole = Form(shop, source.name, "redirects", "redirects", source.tree)
    for slug, tree in whole.sub("redirects").items():
        form = Form(shop, source.name, "redirects", slug, tree)
        contact = form.string("contact")
        found |= {normalise(name): contact for name in form.words("names")}
        form.string("checked")
        form.finish()
    whole.finish()
    return found


def _texts(shop: Workshop, source: Source | None, folder: Path) -> tuple[dict[str, Text], Survey]:
    if source is None:
        remedy = Sentence("isinya yang dikatakan bot di luar alur")
        raise FlowError(Problem(f"{folder}/{TEXTS}.yaml", 1, "file", _MISSING, remedy))
    whole = Form(shop, source.name, TEXTS, "texts", source.tree)
    form = Form(shop, source.name, TEXTS, "texts", Tree(1, whole.sub("texts")))
    for name in sorted(NAMED - form.fields.keys()):
        form.lacks(name)
    texts = {
        name: shop.text(f"{TEXTS}.{name}", form.string(name), source.name, form.fields[name].line)
        for name in form.fields
    }
    asked = Form(shop, source.name, TEXTS, "survey", Tree(1, whole.sub("survey")))
    body, options = asked.text("text"), asked.options()
    if tuple(option.key for option in options) != SCORES:
        what = Sentence("pilihan survei ialah 1, 2, 3, 4, dan 5")
        asked.fail(what, Sentence("tulis kelimanya, dengan urutan ini"), "choices")
    asked.finish()
    whole.finish()
    shop.scores = options
    says = build.asked("csat", body, options, texts["menu_button"])
    phrases = {option.key: ([*option.label.values(), *option.short.values()], option.words) for option in options}
    survey = Survey(
        {language: say.text for language, say in says.items()},
        {language: say.choices for language, say in says.items()},
        Table.build(shop.lexicon, phrases, parts=False),
    )
    return texts, survey
