"""What a file is, by its bytes: claims and names do not count."""

from pathlib import Path

import pytest

from bot.files.kinds import Refused, recognise, seconds_of
from tests.files import samples as s

WORD = ("[Content_Types].xml", "word/document.xml")
KEPT = {
    "jpeg": (s.photo(), "image/jpeg"),
    "png": (s.plain("PNG"), "image/png"),
    "webp": (s.plain("WEBP"), "image/webp"),
    "gif": (s.plain("GIF", "P"), "image/gif"),
    "avif": (s.plain("AVIF"), "image/avif"),
    "heic": (s.film(b"heic"), "image/heic"),
    "mp4": (s.film(b"isom"), "video/mp4"),
    "mov": (s.film(b"qt  "), "video/quicktime"),
    "3gp": (s.film(b"3gp4"), "video/3gpp"),
    "m4a": (s.film(b"M4A "), "audio/mp4"),
    "webm": (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm" + b"\0" * 64, "video/webm"),
    "voice note": (s.voice(), "audio/ogg"),
    "mp3 with a tag": (b"ID3\x04\0\0\0\0\0\0" + b"\0" * 99, "audio/mpeg"),
    "mp3 without": (b"\xff\xfb\x90\x64" + b"\0" * 99, "audio/mpeg"),
    "aac": (b"\xff\xf1\x50\x80" + b"\0" * 99, "audio/aac"),
    "amr": (b"#!AMR\n" + b"\x3c" * 32, "audio/amr"),
    "wav": (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
    "pdf": (s.PDF, "application/pdf"),
    "docx": (s.zipped(*WORD), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (
        s.zipped(WORD[0], "xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    "pptx": (s.zipped(WORD[0], "ppt/slides/slide1.xml"),
             "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "doc": (s.ole("WordDocument"), "application/msword"),
    "xls": (s.ole("Workbook"), "application/vnd.ms-excel"),
    "text": ("Jalan ka désa rusak\nti kamari".encode(), "text/plain"),
    "text cut within a letter": (("a" * (64 * 1024 - 1) + "é").encode(), "text/plain"),
}  # fmt: skip
REFUSED = {
    "html": (s.HTML, "markup"),
    "html after spaces": (b"\xef\xbb\xbf \n" + s.HTML, "markup"),
    "html within text": (b"halo\n<script>alert(1)</script>", "markup"),
    "html in UTF-16": (s.HTML.decode().encode("utf-16"), "markup"),
    "svg": (s.SVG, "markup"),
    "exe": (b"MZ\x90\0" + b"\0" * 99, "program"),
    "elf": (b"\x7fELF\x02\x01" + b"\0" * 99, "program"),
    "shell": (b"#!/bin/sh\nrm -rf /\n", "program"),
    "apk": (s.zipped("AndroidManifest.xml", "classes.dex"), "program"),
    "jar": (s.zipped("META-INF/MANIFEST.MF", "A.class"), "program"),
    "macros": (s.zipped(*WORD, "word/vbaProject.bin"), "program"),
    "old macros": (s.ole("WordDocument_VBA_PROJECT"), "program"),
    "zip": (s.zipped("foto.jpg"), "archive"),
    "zip without an end": (s.zipped("foto.jpg")[:60], "archive"),
    "zip of very many": (s.zipped(*(f"{n}" for n in range(10_001))), "bomb"),
    "gzip": (b"\x1f\x8b\x08" + b"\0" * 99, "archive"),
    "nothing": (b"", "empty"),
    "noise": (bytes(range(256)) * 4, "unknown"),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept(tmp_path: Path, name: str) -> None:
    body, mime = KEPT[name]
    (tmp_path / "file").write_bytes(body)
    found = recognise(tmp_path / "file", "document", "application/x-msdownload", "berkas")
    assert found.mime == mime


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_whatever_it_claims(tmp_path: Path, name: str) -> None:
    body, why = REFUSED[name]
    (tmp_path / "file").write_bytes(body)
    with pytest.raises(Refused) as refused:
        recognise(tmp_path / "file", "image", "image/jpeg", "foto.jpg")
    assert refused.value.why == why


def test_claims_choose_only_between_readings_that_the_bytes_leave_open(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(s.film(b"mp42"))
    assert recognise(file, "voice").mime == "audio/mp4" and recognise(file, "video").mime == "video/mp4"
    file.write_bytes(b"nama,umur\nEuis,40\n")
    assert recognise(file, name="warga.CSV").mime == "text/csv" and recognise(file, name="warga").mime == "text/plain"
    with pytest.raises(Refused):
        recognise(file, name="laporan.pdf.js")


def test_how_long_a_voice_note_is(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(s.voice(12.4))
    assert seconds_of(file) == 12
    for other in (s.photo(), s.voice()[:30], s.voice(-1), b""):
        file.write_bytes(other)
        assert seconds_of(file) is None
