"""A chat that plays a flow with the real engine, for editors: nothing is stored, nobody is called, no ticket is made.

What was said so far travels in the form and is played anew each time: a step takes well under a millisecond, any process can answer,
and a changed draft is heard from the first word on.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from bot import clock
from bot.desk import drafts, page
from bot.desk.show import N_
from bot.engine.effects import CHOSEN, Call, Effect, Facts, Later, LookUp, Say
from bot.engine.fill import fill
from bot.engine.flow import Flows
from bot.engine.play import NOTE, SAMPLE, Player, written
from bot.errors import FlowError, NotFound, WargiError
from bot.message import Choice, clean
from bot.record import record
from bot.store import versions
from bot.web import keys

MOST, LONGEST = 80, 1000
"""Lines of one rehearsal, and characters of a line."""
HAPPENS: Mapping[str, tuple[str, str]] = {
    "ada": ("# laporan: K7M2-9QXH · Jalan rusak · Dikerjakan", N_("Laporan ditemukan")),
    "kosong": ("# laporan:", N_("Tidak ada laporan")),
    "gagal": ("# gagal", N_("Layanan lain tidak menjawab")),
    "waktu": ("# waktu", N_("Waktu yang ditunggu tiba")),
    "diam": ("# diam", N_("Warga lama diam: diingatkan")),
    "diam-lama": ("# diam lama", N_("Warga tidak kembali: berakhir")),
}
"""What a rehearsal can let happen besides words."""
CALLED_FOR = {LookUp: ("ada", "kosong"), Call: ("gagal",), Later: ("waktu",)}


@record
class Bubble:
    who: str
    """`bot`, `warga`, or `catatan`."""
    text: str
    choices: tuple[Choice, ...] = ()


async def rehearse(request: web.Request) -> web.Response:
    name, form = request.match_info["name"], await request.post() if request.method == "POST" else request.query
    said = [clean(line, LONGEST) for line in map(str, form.getall("baris", []))]
    said += _line(form.get("tekan"), form.get("terjadi"), form.get("tulis"))
    if len(said) > MOST:
        raise WargiError("Percobaan ini sudah terlalu panjang. Mulai lagi dari awal.")
    source = "berlaku" if form.get("isi") == "berlaku" else "draf"
    flows = await _flows(request, source)
    language = str(form.get("bahasa", "")) if form.get("bahasa") in flows.languages else ""
    if name not in flows.first:
        raise NotFound(f"no flow {name}")
    listen, now = request.config_dict[keys.HOUSE].triage.listen, clock.now()
    bubbles, player, last = await asyncio.to_thread(play, flows, name, language, said, listen, now)
    offered = [
        key for effect in last for kind, found in CALLED_FOR.items() if isinstance(effect, kind) for key in found
    ]
    if player.session is not None and not offered:
        offered = ["diam", "diam-lama"]
    where = player.session and f"{player.session['flow']}/{player.session['node']}"
    return page.render(
        request, "rehearsal.html", name=name, title=flows.titles.get(name, name), bubbles=bubbles, said=said, source=source,
        bahasa=language, languages=flows.languages, where=where, happens={key: HAPPENS[key][1] for key in offered},
    )  # fmt: skip


def _line(pressed: object, happened: object, wrote: object) -> list[str]:
    """One more line of the rehearsal, as a transcript writes it."""
    if happened in HAPPENS:
        return [HAPPENS[str(happened)][0]]
    if button := clean(pressed, 200).replace(")", "").strip():
        return [f"(tekan {button})"]
    words = clean(wrote, LONGEST).strip()
    return [words.lstrip("#").strip()] if words.lstrip("#").strip() else []


async def _flows(request: web.Request, source: str) -> Flows:
    now = await drafts.running(request)
    if source == "berlaku":
        return now.flows
    async with request.config_dict[keys.DB].read() as conn:
        edits = await versions.edits(conn)
    try:
        return (await drafts.draft(request, now, edits)).flows
    except FlowError as error:
        raise WargiError("Draf tidak dapat dimainkan: {why}", why=error) from error


def play(
    flows: Flows, name: str, language: str, said: Sequence[str], listen: Callable[[Facts, str], Facts], now: datetime
) -> tuple[list[Bubble], Player, list[Effect]]:
    """The whole talk, and what happened last. A citizen's lines are answered as if a silence followed each."""
    player = Player(flows, listen=listen)
    facts = Facts(language, flows.notice_version, memory=CHOSEN.get(language, 0.0)) if language else Facts()
    player.facts = replace(facts, now=now)
    last = player.happen(f"# alur: {name}")
    bubbles = _bubbles(last)
    for line in said:
        labels = {button.id: button.label for button in player.buttons}
        if line.startswith("#"):
            bubbles.append(Bubble("catatan", line.removeprefix("#").strip()))
            last = player.happen(line)
        else:
            shown = line.removeprefix("(tekan ").removesuffix(")") if line.startswith("(tekan ") else line
            bubbles.append(Bubble("warga", labels.get(shown, shown)))
            try:
                last = player.hear(line)
            except ValueError as error:  # `(lokasi di sana)`
                raise WargiError("Tulis lokasi dengan dua angka, contoh: (lokasi -6.9 107.6)") from error
        last = [*last, *player.rest()]
        bubbles += _bubbles(last)
    return bubbles, player, last


def _bubbles(effects: Sequence[Effect]) -> list[Bubble]:
    found = list[Bubble]()
    for effect in effects:
        if isinstance(effect, Say):
            found.append(Bubble("bot", fill(effect.text, {**SAMPLE, **effect.values}), effect.choices))
        else:
            found += [Bubble("catatan", line.removeprefix(NOTE)) for line in written([effect])]
    return found
