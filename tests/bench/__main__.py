"""Citizens in a closed loop against the real server on SQLite: each goes through the four turns of flows/menu.yaml here.

    python -m tests.bench [--citizens 64] [--seconds 8] [--database URL]

One process plays the citizens and the platform's API, the server is its own process; on two cores each has one.
"""

import argparse
import asyncio
import itertools
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.fakes.citizen import Citizen, post_signed
from tests.world import ROOT

TURNS = tuple(turn["send"] for turn in json.loads((Path(__file__).parent / "script.json").read_text("utf-8"))["turns"])
SECRET, NUMBER = "bench-app-secret", "1000"


class Platform:
    """Accepts every message at once and tells the citizen who waits for it."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[None]] = {}
        self.replies = self.doubled = 0
        self.refs: set[str] = set()
        self.ids = itertools.count()

    async def take(self, request: web.Request) -> web.Response:
        data = json.loads(await request.read())
        if "biz_opaque_callback_data" not in data:  # marks a message as read
            return web.json_response({"success": True})
        address, ref = data.get("to") or data["recipient"], data["biz_opaque_callback_data"]
        self.doubled += ref in self.refs
        self.refs.add(ref)
        self.replies += 1
        if (waiter := self.waiting.pop(address, None)) and not waiter.done():
            waiter.set_result(None)
        body = {"contacts": [{"input": address, "wa_id": address}], "messages": [{"id": f"wamid.{next(self.ids)}"}]}
        return web.json_response(body)


async def citizen(n: int, lives: "itertools.count[int]", platform: Platform, http: aiohttp.ClientSession, url: str,
                  end: float, acks: list[float], lost: list[str]) -> None:  # fmt: skip
    while time.monotonic() < end:
        who = f"{next(lives):08}"
        person = Citizen(phone=f"62{who}", user_id=f"ID.{who}", number=NUMBER, secret=SECRET)
        for words in TURNS:
            waiter = asyncio.get_running_loop().create_future()
            platform.waiting[person.address] = waiter
            began = time.monotonic()
            status = await post_signed(http, url, SECRET, person.body(person.text(words)))
            acks.append(time.monotonic() - began)
            assert status == 200, status
            try:
                await asyncio.wait_for(waiter, 20)
            except TimeoutError:
                lost.append(words)
                return


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def wait_up(http: aiohttp.ClientSession, port: int) -> None:
    for _ in range(600):
        try:
            async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientError:
            await asyncio.sleep(0.02)
    raise SystemExit("the server did not come up")


async def main(options: argparse.Namespace) -> None:
    platform = Platform()
    app = web.Application()
    app.router.add_post("/{tail:.*}", platform.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api = runner.addresses[0][1]
    with tempfile.TemporaryDirectory() as folder:
        port = options.port
        env = {name: value for name, value in os.environ.items() if not name.startswith("WARGI_")} | {
            "WARGI_PORT": str(port), "WARGI_DATA_DIR": folder, "WARGI_SECRET_KEY": "bench-secret-key-of-this-run",
            "WARGI_DATABASE_URL": options.database or f"sqlite:///{folder}/bench.db",
            "WARGI_FLOWS_DIR": str(ROOT / "tests/bench/flows"), "WARGI_LOCALES_DIR": str(ROOT / "locales"),
            "WARGI_WHATSAPP_APP_SECRET": SECRET, "WARGI_WHATSAPP_VERIFY_TOKEN": "v",
            "WARGI_WHATSAPP_ACCESS_TOKEN": "t", "WARGI_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "WARGI_WHATSAPP_API_URL": f"http://127.0.0.1:{api}", "WARGI_WHATSAPP_RATE": "0",
        }  # fmt: skip
        profiled = ("-m", "cProfile", "-o", options.profile) if options.profile else ()
        began = time.monotonic()
        server = await asyncio.create_subprocess_exec(
            sys.executable, *profiled, "-m", "bot", "run", env=env, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            await wait_up(http, port)
            started = time.monotonic() - began
            acks: list[float] = []
            lost: list[str] = []
            cpu, t0, lives = cpu_seconds(server.pid), time.monotonic(), itertools.count(10_000_000)
            url = f"http://127.0.0.1:{port}/webhooks/whatsapp"
            people = [
                citizen(n, lives, platform, http, url, t0 + options.seconds, acks, lost)
                for n in range(options.citizens)
            ]
            await asyncio.gather(*people)
            spent, used = time.monotonic() - t0, cpu_seconds(server.pid) - cpu
        server.send_signal(signal.SIGTERM)
        await server.wait()
    await runner.cleanup()
    cuts = statistics.quantiles(acks, n=100)
    rows = {
        "first page after start, s": f"{started:.2f}",
        "answered messages a second": f"{platform.replies / spent:.0f}",
        "CPU of the server a message, µs": f"{used / platform.replies * 1e6:.0f}",
        "ack p50 / p99, ms": f"{cuts[49] * 1e3:.1f} / {cuts[98] * 1e3:.1f}",
        "never answered / answered twice": f"{len(lost)} / {platform.doubled}",
    }
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--citizens", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--database", default="")
    parser.add_argument("--profile", default="", help="write the server's cProfile here")
    parser.add_argument("--port", type=int, default=8093)
    asyncio.run(main(parser.parse_args()))
