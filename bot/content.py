"""What the bot says as one thing that can be sent, kept and compared: `flows/` and `locales/`, in a zip that is the same for the
same content."""

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from bot.engine import flow
from bot.engine.check import lint
from bot.engine.flow import Flows
from bot.engine.nodes import Node, Question
from bot.errors import FlowError, Problem, Sentence
from bot.i18n import Catalogues
from bot.record import record

LARGEST, MOST = 16 * 1024 * 1024, 2000
"""Bytes and files of one content."""
SUFFIXES = (".yaml", ".tsv", ".json", ".po", ".pot", ".md")
BESIDE = Sentence("~ kata, topik, atau aturan di luar teks")
_STAMP = (2026, 1, 1, 0, 0, 0)


@record
class Content:
    flows: Path
    locales: Path

    def load(self) -> Flows:
        """Raises `FlowError` with file, line, step and remedy."""
        return flow.load(self.flows, Catalogues.load(self.locales))


def content_dir(configured: Path, name: str) -> Path:
    """`flows/` and `locales/`: beside the source, or inside the installed package."""
    if configured.is_dir():
        return configured
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() and configured == Path(name) else configured


def pack(content: Content) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, folder in (("flows", content.flows), ("locales", content.locales)):
            for path in sorted(folder.rglob("*")):
                inside = path.relative_to(folder)
                if path.is_file() and path.suffix in SUFFIXES and not any(part[0] in "._" for part in inside.parts):
                    archive.writestr(zipfile.ZipInfo(f"{name}/{inside.as_posix()}", _STAMP), path.read_bytes())
    return out.getvalue()


def unpack(raw: bytes, folder: Path) -> Content:
    """Into an empty folder. Raises `FlowError` for what is no content of ours; nothing is written outside of the folder."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST or sum(entry.file_size for entry in entries) > LARGEST:
                what = Sentence("lebih dari {most} berkas atau {size} MB", most=MOST, size=LARGEST >> 20)
                raise _odd(what, Sentence("ekspor lagi"))
            for entry in entries:
                name = PurePosixPath(entry.filename)
                inside = name.parts[0] in ("flows", "locales") and ".." not in name.parts and not name.is_absolute()
                if not inside or name.suffix not in SUFFIXES:
                    what = Sentence("`{name}` tidak termasuk isi", name=entry.filename)
                    raise _odd(what, _EXPORT)
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(entry))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _odd(Sentence("bukan zip ({why})", why=str(error)), _EXPORT) from error
    return Content(folder / "flows", folder / "locales")


_EXPORT = Sentence("buat dengan `wargi flow export`")


def _odd(what: Sentence, remedy: Sentence) -> FlowError:
    return FlowError(Problem("zip", 1, "file", what, remedy))


def warm(content: Content, before: Path) -> None:
    """Trees and models that were made for other content are good where the text is the same."""
    with_cache = before / "__pycache__"
    if with_cache.is_dir():
        shutil.copytree(with_cache, content.flows / "__pycache__", dirs_exist_ok=True)


def faults(flows: Flows) -> tuple[list[Problem], list[Problem]]:
    """What forbids publishing, and what only is a pity: a text without a translation falls back to Indonesian."""
    found = lint(flows)
    return [problem for problem in found if not problem.pity], [problem for problem in found if problem.pity]


# -- what changes ----------------------------------------------------------------------------------


def differences(old: Flows, new: Flows, tr: Callable[[str], str] = str) -> list[str]:
    """For people: steps that come, go or lead elsewhere, and every text that reads differently, in each language."""
    lines = [*(each.said(tr) for each in _steps(old, new)), *_texts(old, new)]
    if not lines and old.version != new.version:
        lines.append(BESIDE.said(tr))
    return lines


def _steps(old: Flows, new: Flows) -> Iterator[Sentence]:
    for name in sorted(old.nodes.keys() | new.nodes.keys()):
        before, after = old.nodes.get(name), new.nodes.get(name)
        if before is None and after is not None:
            yield Sentence("+ langkah {name} ({kind})", name=name, kind=after.kind)
        elif after is None:
            yield Sentence("- langkah {name}; yang sedang di sana ditanya lagi dengan pertanyaan sebelumnya", name=name)
        elif before is not None and (before.kind, _ways(before)) != (after.kind, _ways(after)):
            yield Sentence("~ langkah {name}: {kind} → {ways}", name=name, kind=before.kind, ways=_ways(before))
            yield Sentence("       kini: {kind} → {ways}", kind=after.kind, ways=_ways(after))


def _ways(node: Node) -> str:
    if isinstance(node, Question):
        return ", ".join(f"{key}: {option.next or node.next or 'end'}" for key, option in node.options.items())
    return ", ".join(sorted(node.exits())) or "end"


def _texts(old: Flows, new: Flows) -> Iterator[str]:
    for context in sorted(old.written.keys() | new.written.keys()):
        for language in new.languages:
            before, after = _read(old, context, language), _read(new, context, language)
            if before == after:
                continue
            yield f"~ {context} ({language})"
            yield from (f"  - {line}" for line in before.splitlines())
            yield from (f"  + {line}" for line in after.splitlines())


def _read(flows: Flows, context: str, language: str) -> str:
    written = flows.written.get(context)
    return flows.catalogues.flow_text(language, context, written.text) if written else ""
