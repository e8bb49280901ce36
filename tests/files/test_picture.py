"""Photos are shown without the data that cameras hide in them."""

from pathlib import Path

import pytest
from PIL import Image

from bot.files.kinds import Refused
from bot.files.picture import SIDE, copies
from tests.files import samples as s


@pytest.mark.parametrize(("kind", "mime"), [("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("PNG", "image/png")])
def test_copies_are_upright_and_know_nothing_of_the_place(tmp_path: Path, kind: str, mime: str) -> None:
    source, clean, thumb = (tmp_path / name for name in ("source", "clean", "thumb"))
    source.write_bytes(s.photo((900, 600), turned=6, kind=kind))
    with Image.open(source) as before:
        assert before.getexif().get_ifd(0x8825), "the photo does say where it was taken"
    made = copies(source, mime, clean, thumb)
    assert made is not None and (made.width, made.height) == (427, SIDE)
    for path, size in ((clean, (600, 900)), (thumb, (427, SIDE))):
        with Image.open(path) as copy:
            assert copy.size == size and not copy.getexif() and not set(copy.info) & {"exif", "comment", "xmp"}
            red, green, _ = copy.convert("RGB").getpixel((size[0] - 20, 20))  # type: ignore[misc]
            assert red > 200 and green < 80, "turned a quarter to the right"
        assert s.PLACE not in path.read_bytes()


def test_transparent_ones_stay_so(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(s.plain("PNG", "RGBA"))
    made = copies(tmp_path / "a", "image/png", tmp_path / "b", tmp_path / "c")
    assert made is not None and made.type == "image/webp"
    with Image.open(tmp_path / "b") as clean:
        assert clean.mode == "RGBA"


def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    for side in (6_500, 30_000):
        (tmp_path / "a").write_bytes(s.bomb(side))
        with pytest.raises(Refused) as refused:
            copies(tmp_path / "a", "image/png", tmp_path / "b", tmp_path / "c")
        assert refused.value.why == "bomb"


@pytest.mark.parametrize("body", [s.film(b"heic"), s.photo()[:900], b"\xff\xd8\xff", s.bomb(100)])
def test_what_cannot_be_opened_has_no_copy(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a").write_bytes(body)
    mime = "image/heic" if body[4:8] == b"ftyp" else "image/png" if body[:4] == b"\x89PNG" else "image/jpeg"
    assert copies(tmp_path / "a", mime, tmp_path / "b", tmp_path / "c") is None
