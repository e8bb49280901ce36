"""Ready replies: what may stand in one, how it is filled in for a case, and how a file of them is read. Pure."""

import re
from collections.abc import Iterable, Mapping

from bot.errors import WargiError
from bot.i18n import SOURCE
from bot.record import record

VARIABLES = ("nama", "nomor", "instansi", "petugas", "tautan")
"""What may stand in braces: the citizen's name, the ticket's number, its agency, who writes, the link to follow it."""
LANGUAGES = ("id", "su")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
TITLE, TEXT, MOST = 80, 3000, 500
_BRACED = re.compile(r"\{([^{}\n]*)\}")


@record
class Ready:
    slug: str
    title: str
    texts: Mapping[str, str]
    """Language -> text; Indonesian is always there."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """What is not known stays visible in brackets, for whoever sends it to write."""
    return _BRACED.sub(lambda found: values.get(found[1], "") or f"[{found[1]}]", text)


def spoken(texts: Mapping[str, str], language: str) -> str:
    """In the citizen's language, where it is written in it."""
    return texts.get(language) or texts[SOURCE]


def checked(slug: str, title: str, texts: Mapping[str, str]) -> Ready:
    """Raises `WargiError` that says what is wrong and what to write instead."""
    slug, title = slug.strip(), " ".join(title.split())
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not SLUG.fullmatch(slug) or len(slug) > TITLE:
        raise WargiError(
            'nama pendek "{slug}" tidak dapat dipakai; tulis huruf kecil, angka dan tanda hubung, misalnya minta-foto',
            slug=slug,
        )
    if not 0 < len(title) <= TITLE:
        raise WargiError(
            '"{slug}": judulnya kosong atau lebih dari {most} huruf; tulis judul yang pendek', slug=slug, most=TITLE
        )
    if strange := sorted(set(kept) - set(LANGUAGES)):
        raise WargiError(
            '"{slug}": bahasa {languages} tidak dikenal; pakai {known}',
            slug=slug, languages=", ".join(strange), known=", ".join(LANGUAGES),
        )  # fmt: skip
    if SOURCE not in kept:
        raise WargiError('"{slug}": teks bahasa Indonesianya kosong; tulis teks untuk id', slug=slug)
    for language, text in kept.items():
        if len(text) > TEXT:
            raise WargiError(
                '"{slug}" ({language}): {count} huruf; paling banyak {most}',
                slug=slug, language=language, count=len(text), most=TEXT,
            )  # fmt: skip
        if odd := [name for name in _BRACED.findall(text) if name not in VARIABLES]:
            known = ", ".join(f"{{{name}}}" for name in VARIABLES)
            raise WargiError(
                '"{slug}" ({language}): {odd} tidak dikenal; yang ada {known}',
                slug=slug, language=language, odd=f"{{{odd[0]}}}", known=known,
            )  # fmt: skip
    return Ready(slug, title, kept)


def of_file(tree: object) -> list[Ready]:
    """The replies of a parsed file; all of them are right, or it raises `WargiError` about the first that is not."""
    rows = tree.get("replies") if isinstance(tree, Mapping) else None
    if not isinstance(rows, Mapping) or not rows:
        raise WargiError(
            "berkas ini bukan daftar balasan: baris pertamanya harus `replies:`, lalu satu nama pendek untuk tiap balasan"
        )
    if len(rows) > MOST:
        raise WargiError("berkas ini berisi {count} balasan; paling banyak {most}", count=len(rows), most=MOST)
    found = []
    for slug, row in rows.items():
        if not isinstance(row, Mapping) or set(row) - {"title", *LANGUAGES}:
            raise WargiError('"{slug}": isinya harus `title`, `id` dan bila ada `su`, tidak lain', slug=slug)
        if odd := [name for name, text in row.items() if not isinstance(text, str)]:
            raise WargiError('"{slug}": {odd} harus berupa teks', slug=slug, odd=odd[0])
        texts = {name: text for name, text in row.items() if name != "title"}
        found.append(checked(str(slug), str(row.get("title", "")), texts))
    return found


def to_file(rows: Iterable[Ready]) -> dict[str, object]:
    """What `of_file` reads."""
    return {"replies": {row.slug: {"title": row.title, **row.texts} for row in rows}}
