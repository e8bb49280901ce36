"""Reads flows/data/escalation.yaml into a `Plan`; a broken file is refused with its line and the remedy."""

from itertools import pairwise

from bot.engine.forms import Form, Workshop
from bot.engine.read import Source, Tree
from bot.errors import FlowError, Problem, Sentence
from bot.policy.escalation import WHO, Person, Plan, Step

DAY = 86_400


def read(shop: Workshop, source: Source) -> Plan:
    whole = Form(shop, source.name, "escalation", "escalation", source.tree)
    steps = [_step(shop, source.name, name, tree) for name, tree in whole.sub("steps").items()]
    if any(later.after < step.after for step, later in pairwise(steps)):
        what = Sentence("langkah-langkahnya tidak urut menurut waktu")
        whole.fail(what, Sentence("dahulukan `after` yang lebih kecil"), "steps")
    answer = whole.number("answer_within", 120, 10, DAY)
    repeat = whole.number("repeat", 60, 10, DAY)
    found = Plan(tuple(steps), repeat, answer, _agencies(shop, source, whole))
    whole.finish()
    return found


def _step(shop: Workshop, file: str, name: str, tree: Tree) -> Step:
    form = Form(shop, file, "escalation", f"steps.{name}", tree)
    who = form.string("who")
    if who not in WHO:
        form.unknown("who", who, WHO)
    found = Step(form.number("after", 0, 0, DAY), who)
    form.finish()
    return found


def _agencies(shop: Workshop, source: Source, whole: Form) -> tuple[tuple[str, tuple[Person, ...]], ...]:
    if not whole.has("agencies"):
        return ()
    rows = whole.fields["agencies"].value
    if not isinstance(rows, list):
        remedy = Sentence("tulis `agencies: []` atau baris-baris yang diawali `-`")
        raise FlowError(Problem(source.name, whole.line, "agencies", Sentence("bukan daftar"), remedy))
    found: dict[str, tuple[Person, ...]] = {}
    for tree in rows:
        form = Form(shop, source.name, "escalation", "agencies", tree)
        agency, name = form.string("agency"), form.string("name")
        ways = tuple(
            (way, form.string(way, "")) for way in ("telegram", "whatsapp", "email", "webhook") if form.has(way)
        )
        if not ways:
            what = Sentence("{name} tidak dapat dihubungi", name=name)
            form.fail(what, Sentence("tulis `email:`, `telegram:`, `whatsapp:`, atau `webhook:`"))
        form.finish()
        found[agency] = (*found.get(agency, ()), Person(name, ways))
    return tuple(found.items())
