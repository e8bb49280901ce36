"""The desk as an app: light at the first visit, kept without anything of anybody, and quiet until it is asked."""

import gzip
import json
import re

import aiohttp

from tests.desk import seed
from tests.world import World

LIGHT = 60 * 1024
"""Bytes of everything that a phone fetches at the first visit of the full queue."""
LINKS = re.compile(r'(?:src|href)="(/desk/(?:static/[^"#]+|manifest\.webmanifest))')
GZIP = {"Accept-Encoding": "gzip"}


async def test_the_first_visit(world: World) -> None:
    desk = await world.officer("Rina Marlina")
    for n in range(40):
        words = [("citizen", f"jalan berlubang {n} di depan sekolah")]
        case = await seed.case(world.server.db, f"Warga {n}", words=words, minutes=n)
    jar = desk.http.cookie_jar
    async with aiohttp.ClientSession(cookie_jar=jar, auto_decompress=False, headers=GZIP) as phone:

        async def fetched(path: str) -> bytes:
            async with phone.get(world.url + path) as answer:
                body = await answer.read()
                assert answer.status == 200
                return body

        page = await fetched("/desk")
        linked = sorted(set(LINKS.findall(gzip.decompress(page).decode())))
        kinds = {path.rpartition(".")[2] for path in linked}
        assert {"css", "js", "svg", "webmanifest"} <= kinds
        extra = ["/desk/sw.js", "/desk/luring"]  # fetched beside it, in the background
        weights = {path: len(await fetched(path)) for path in [*linked, *extra]}
        assert len(page) + sum(weights.values()) <= LIGHT, (len(page), weights)
        again = len(page) + weights["/desk/sw.js"]
        assert again <= LIGHT // 4  # the rest has names that never change and stays in the browser
        assert len(await fetched(case.url)) <= LIGHT // 4

        manifest = json.loads(await desk.get("/desk/manifest.webmanifest"))
        assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/desk", "/desk", "standalone")
        assert manifest["icons"][0]["src"] in linked
        async with desk.http.get(f"{world.url}/desk/sw.js") as answer:
            script = await answer.text()
            assert answer.headers["Service-Worker-Allowed"] == "/desk"
            assert answer.content_type == "text/javascript"
        kept = json.loads(re.search(r"KEPT = (\[.*?\])", script)[1])  # type: ignore[index]
        assert [path for path in kept if "/static/" not in path] == ["/desk/luring"]  # nothing about people
        offline = await desk.get("/desk/luring")
        assert "Rina" not in offline
        assert "csrf" not in offline
        mine = await desk.get("/desk/saya")
        assert re.findall(r'<input type="checkbox" name="(?:suara|notis|dorong)"[^>]*>', mine)
        assert 'name="dorong"' not in mine  # no key, no offer
        assert not re.search(r'name="(?:suara|notis)"[^>]*checked', mine)
