"""Both shelves do the same: the folder, and a bucket behind real HTTP."""

import hashlib
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import ConfigError, NotFound
from bot.files.shelf import Shelf, shelf
from tests.fakes.serve import Server

BODY = bytes(range(256)) * 4096


class FakeS3(Server):
    """As much of S3 as a shelf needs: signed PUT, GET with Range, HEAD."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.put("/{bucket}/{key:.+}", self._put), web.get("/{bucket}/{key:.+}", self._get)]

    async def _put(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=kunci/")
        self.objects[request.path] = await request.read()
        return web.Response(headers={"ETag": '"1"'})

    async def _get(self, request: web.Request) -> web.Response:
        body = self.objects.get(request.path)
        if body is None:
            return web.Response(status=404, text="<Error><Code>NoSuchKey</Code></Error>")
        headers = {"ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 02:00:00 GMT", "Accept-Ranges": "bytes"}
        if found := re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", "")):
            first, last = int(found[1]), int(found[2])
            piece = body[first : last + 1]
            headers["Content-Range"] = f"bytes {first}-{first + len(piece) - 1}/{len(body)}"
            return web.Response(status=206, body=piece, headers=headers)
        return web.Response(body=body, headers=headers)


@pytest.fixture(params=["folder", "other folder", "bucket"])
async def place(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Shelf]:
    if request.param != "bucket":
        yield shelf("" if request.param == "folder" else f"file://{tmp_path}/lain%20tempat", tmp_path)
        return
    async with FakeS3() as fake:
        settings = {"ENDPOINT": fake.url, "ALLOW_HTTP": "true", "REGION": "garut", "ACCESS_KEY_ID": "kunci"}
        for name, value in (settings | {"SECRET_ACCESS_KEY": "rahasia"}).items():
            monkeypatch.setenv(f"AWS_{name}", value)
        yield shelf("s3://berkas/wargi", tmp_path)
        assert all(path.startswith("/berkas/wargi/") for path in fake.objects)


async def read(from_: Shelf, name: str, *part: int) -> bytes:
    return b"".join([piece async for piece in from_.read(name, *part)])


async def test_what_is_put_can_be_read_whole_and_in_part(place: Shelf, tmp_path: Path) -> None:
    name = hashlib.sha256(BODY).hexdigest()
    for _ in range(2):  # the same content twice is one file
        (tmp_path / "new").write_bytes(BODY)
        await place.put(tmp_path / "new", name)
        assert not (tmp_path / "new").exists()
    assert await place.size(name) == len(BODY)
    assert await read(place, name) == BODY
    assert await read(place, name, 1000, 300_000) == BODY[1000:301_000]


async def test_what_is_not_there_is_not_found(place: Shelf) -> None:
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(NotFound):
            await place.size(name)
        with pytest.raises(NotFound):
            await read(place, name)


async def test_a_folder_is_nobody_elses(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"x")
    await shelf("", tmp_path).put(tmp_path / "new", "ab" * 32)
    file = tmp_path / "media" / "ab" / "ab" / ("ab" * 32)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_bucket_that_does_not_answer_is_no_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(FakeS3):
        def routes(self) -> list[web.AbstractRouteDef]:
            async def refuse(request: web.Request) -> web.Response:
                return web.Response(status=403)

            return [web.route("*", "/{tail:.*}", refuse)]

    async with Broken() as fake:
        settings = {"ENDPOINT": fake.url, "ALLOW_HTTP": "true", "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b"}
        for name, value in settings.items():
            monkeypatch.setenv(f"AWS_{name}", value)
        place = shelf("s3://berkas", tmp_path)
        (tmp_path / "new").write_bytes(b"x")
        with pytest.raises(OSError):
            await place.put(tmp_path / "new", "ab" * 32)
        assert (tmp_path / "new").exists()
        with pytest.raises(OSError):
            await place.size("ab" * 32)


@pytest.mark.parametrize("url", ["http://bucket", "s3://", "file://host/x", "/srv"])
def test_odd_places_are_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError):
        shelf(url, tmp_path)
