"""Kinds of step that ask somebody else: our own reports, or another system. The question leaves with the turn that asks it, the
answer comes as a turn of its own; meanwhile every word that works everywhere still works."""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar
from urllib.parse import quote, urlencode, urlsplit

from typing_extensions import override

from bot.engine import meaning
from bot.engine.build import at, spoken
from bot.engine.effects import Call, LookUp, Say
from bot.engine.fill import names
from bot.engine.forms import KEY, Form, Text, Workshop, near
from bot.engine.match import normalise
from bot.engine.nodes import STAY, Next, Node, Nodes, Prompts, Question
from bot.engine.read import Source
from bot.engine.turn import Turn
from bot.errors import ConfigError, NotFound, Sentence
from bot.i18n import SOURCE
from bot.policy import number
from bot.record import record

MISSES = 2
"""So many numbers that nobody knows, and a human is offered."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _token(turn: Turn) -> str:
    """Different for every question that this conversation asks others."""
    return f"{turn.facts.now.timestamp():.3f}" if turn.facts.now else f"{turn.misses}"


def wait(turn: Turn, node: Node) -> Next:
    """A word while others are being asked: kept, and the citizen hears why nothing happens yet."""
    turn.keep(turn.piece())
    turn.say(Say(turn.text("looking")))
    return STAY


@record(kw_only=True)
class FindReports(Node):
    """`look-up`: where the citizen's reports stand: the one whose number is written, or all ("laporan saya").

    `mine: yes` asks nothing and looks for all at once."""

    kind: ClassVar[str] = "look-up"
    asks: ClassVar[bool] = True
    found: Prompts
    none: Text
    words: frozenset[str]
    mine: bool

    @classmethod
    def build(cls, form: Form) -> Nodes:
        mine = form.flag("mine")
        says = spoken(form.text("text"))
        found = form.text("found")
        if "reports" not in names(found[SOURCE]):
            what = Sentence("`found` tidak menyebut yang ditemukan")
            remedy = Sentence("tulis `{field}` di tempat daftarnya", field="{reports}")
            form.fail(what, remedy, "found")
        words = frozenset(normalise(word) for word in form.words("words"))
        return [
            cls(
                **at(form), **says, found=spoken(found, notice=True)["says"], none=form.text("none"), words=words, mine=mine,
                next=form.target(),
            )
        ]  # fmt: skip

    @override
    def enter(self, turn: Turn) -> Next:
        if self.mine:
            return self.look(turn, "")
        turn.ask(self.bubble(turn))
        return STAY

    def look(self, turn: Turn, wanted: str) -> Next:
        turn.pending, turn.held = _token(turn), [wanted]
        turn.effects.append(LookUp(wanted, turn.pending))
        return STAY

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        if turn.pending:
            return wait(turn, self)
        if not plain or turn.said.attachments:
            return None
        if plain in self.words or turn.flows.lexicon.bare(plain) in self.words:
            return self.look(turn, "")
        try:
            return self.look(turn, number.read(turn.said.text)[0])
        except NotFound:
            found = number.find(turn.said.text)
        return self.look(turn, found) if found else self.left(turn, plain)

    def left(self, turn: Turn, plain: str) -> Next:
        """Something else was wanted after all: a choice of the main menu, or a report that is told here."""
        home = turn.flows.nodes[turn.flows.home]
        if not isinstance(home, Question) or turn.flows.lexicon.number(plain) is not None:
            return None
        key = home.table.find(plain)
        if key is None and (intent := meaning.intent(turn, turn.said.text)) == meaning.REPORT:
            turn.keep(turn.piece())
            key, turn.fresh = meaning.choice(home, intent), True
        return home.press(turn, key) if key else None

    @override
    def correction(self, turn: Turn) -> str:
        return self.none[turn.lang] if turn.said.text.strip() else ""

    @override
    def voiced(self, turn: Turn) -> Next:
        """Nobody here can hear a number; all of the citizen's own reports are an answer too."""
        return wait(turn, self) if turn.pending else self.look(turn, "")

    @override
    def told(self, turn: Turn, result: Mapping[str, object]) -> Next:
        reports, (wanted, *_) = str(result.get("reports") or ""), [*turn.held, ""]
        turn.held = []
        if reports:
            say = self.found[turn.lang]
            turn.say(Say(say.text, notice=True, values={**turn.values(names(say.text)), "reports": reports}))
            return self.next
        if not wanted:
            turn.say(Say(self.none[turn.lang]))
            return self.next
        turn.misses += 1
        if turn.misses >= MISSES:
            turn.misses = 0
            turn.resume = self.id
            return turn.flows.offer
        turn.say(self.bubble(turn), self.none[turn.lang])
        return STAY


@record(kw_only=True)
class CallOut(Node):
    """`call`: asks another system over HTTP. Only hosts of flows/data/hosts.yaml; too slow, too long or wrong: `fallback`."""

    kind: ClassVar[str] = "call"
    waits: ClassVar[bool] = True
    host: str
    base: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    send: Mapping[str, str] | None = None
    """JSON field -> answer; None: a GET."""
    take: Mapping[str, str] = field(default_factory=dict)
    """answer -> path in what comes back."""
    seconds: float = 5.0
    fallback: str

    @classmethod
    def build(cls, form: Form) -> Nodes:
        host = form.string("host")
        if host not in form.shop.hosts:
            what = Sentence("`host: {host}` tidak ada di flows/data/hosts.yaml", host=host)
            form.fail(what, near(host, form.shop.hosts), "host")
        path = form.string("path")
        if not path.startswith("/") or ".." in path or _ODD.search(path):
            what = Sentence("`path: {path}` bukan jalur", path=path)
            remedy = Sentence("awali dengan `/`, dan tulis parameter di bawah `query:`")
            form.fail(what, remedy, "path")
        says = spoken(form.text("text")) if form.has("text") else {}
        return [
            cls(
                **at(form), **says, host=host, base=form.shop.hosts[host], path=path,
                query=_pairs(form, "query") or {}, send=_pairs(form, "send"), take=_pairs(form, "save") or {},
                seconds=form.number("timeout", 5, 1, 30), next=form.target(), fallback=form.target("fallback"),
            )
        ]  # fmt: skip

    @override
    def enter(self, turn: Turn) -> Next:
        if self.says:
            turn.say(self.bubble(turn))
        answer = {name: str(value) for name, value in turn.answers.items() if isinstance(value, str)}
        path = _ANSWER.sub(lambda hit: quote(answer.get(hit[1], "-"), safe=""), self.path)
        query = urlencode({name: answer.get(source, "") for name, source in self.query.items()})
        body = None if self.send is None else {name: turn.answers.get(source) for name, source in self.send.items()}
        turn.pending = _token(turn)
        url = f"{self.base}{path}" + (f"?{query}" if query else "")
        method = "GET" if body is None else "POST"
        turn.effects.append(Call(method, url, self.host, body, self.take, self.seconds, turn.pending))
        return STAY

    @override
    def hear(self, turn: Turn, plain: str) -> Next:
        return wait(turn, self)

    @override
    def told(self, turn: Turn, result: Mapping[str, object]) -> Next:
        values = result.get("values")
        if result.get("ok") is not True or not isinstance(values, dict):
            turn.seen.add(f"{self.id}/fallback")
            return self.fallback
        turn.answers |= {name: str(value) for name, value in values.items() if name in self.take}
        return self.next

    @override
    def exits(self) -> frozenset[str]:
        return frozenset({self.next, self.fallback} - {STAY})

    @override
    def ways(self) -> frozenset[str]:
        return frozenset({"fallback"})


_ODD = re.compile(r"[?#\s\\@]")
_ANSWER = re.compile(r"\{([a-z0-9_]{1,32})\}")


def _pairs(form: Form, key: str) -> Mapping[str, str] | None:
    if not form.has(key):
        return None
    found = {}
    for name, tree in form.sub(key).items():
        if not isinstance(tree.value, str):
            what = Sentence("`{key}: {name}` harus satu kata", key=key, name=name)
            form.fail(what, Sentence("tulis `{name}: jawaban`", name=name), key)
        found[name] = tree.value
    return found


@record
class Secret:
    """What a system wants to be shown: the name of it (the value stands in the server's environment only), and the header it goes in."""

    name: str
    header: str

    @property
    def setting(self) -> str:
        return f"WARGI_HOST_SECRET_{self.name.upper()}"

    def shown(self, values: Mapping[str, str]) -> dict[str, str]:
        """Raises `ConfigError`: nobody is asked without what they want to see."""
        value = values.get(self.name, "")
        if not value:
            raise ConfigError(f"{self.setting} is not set; flows/data/hosts.yaml names it")
        return {self.header or "Authorization": value if self.header else f"Bearer {value}"}


HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")


def allowed(address: str) -> bool:
    """Whether flows may ask there: https, or this machine itself."""
    parts = urlsplit(address)
    plain = parts.scheme == "http" and parts.hostname in LOOPBACK
    whole = not (parts.query or parts.fragment or parts.username) and bool(parts.hostname)
    return whole and (parts.scheme == "https" or plain)


def hosts(shop: Workshop, source: Source | None) -> tuple[dict[str, str], dict[str, Secret]]:
    """The systems that `call` may ask: nothing else is ever asked, whatever a flow says. A secret is only named here."""
    if source is None:
        return {}, {}
    whole = Form(shop, source.name, "hosts", "hosts", source.tree)
    found, secrets = {}, {}
    for name, tree in whole.sub("hosts").items():
        form = Form(shop, source.name, "hosts", name, tree)
        address = form.string("url").rstrip("/")
        if not allowed(address):
            what = Sentence("`url: {address}` tidak boleh", address=address)
            remedy = Sentence("tulis alamat https tanpa `?` dan tanpa nama pengguna")
            form.fail(what, remedy, "url")
        found[name] = address
        if secret := form.string("secret", ""):
            secrets[name] = Secret(secret, form.string("header", ""))
            if not KEY.fullmatch(secret):
                what = Sentence("rahasianya sendiri tidak boleh ditulis di sini")
                remedy = Sentence("tulis `secret: dinsos` dan isi WARGI_HOST_SECRET_DINSOS")
                form.fail(what, remedy, "secret")
            if secrets[name].header and not HEADER.fullmatch(secrets[name].header):
                what = Sentence("`header: {header}` bukan nama header", header=secrets[name].header)
                form.fail(what, Sentence("tulis `header: X-Api-Key`"), "header")
        form.finish()
    whole.finish()
    return found, secrets


def picked(body: object, take: Mapping[str, str]) -> dict[str, str]:
    """What the paths (`data.items.0.status`) lead to; a path that leads nowhere is left out."""
    found = {}
    for name, path in take.items():
        value = body
        for key in path.split("."):
            if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                value = value[int(key)]
            else:
                value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool):
            found[name] = "ya" if value else "tidak"
        elif isinstance(value, str | int | float):
            found[name] = str(value)[:500]
    return found
