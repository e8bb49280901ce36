"""A real PgBouncer before the tests' PostgreSQL, in transaction mode: Debian's package, started in a temporary folder, gone afterwards.

async with PgBouncer(cluster.create_database(template=template), 8) as pooler:
    url = pooler.url                                 # postgresql://wargi@127.0.0.1:41523/test_1
"""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.faults.test_kill import free_port
from tests.postgres import give_up

SETTINGS = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} {password}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 300
server_reset_query =
logfile = {folder}/log
"""
"""No `ignore_startup_parameters`: whoever asks for more than a pooler gives is refused here, too."""


class PgBouncer:
    def __init__(self, url: str, size: int) -> None:
        self._to, self._size = urlsplit(url), size
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="wargi-pgbouncer-"))

    async def __aenter__(self) -> Self:
        listen = self._launch()
        for _ in range(600):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", listen)
                writer.close()
                return self
            except OSError:
                assert self._process and self._process.poll() is None, self.log
                await asyncio.sleep(0.05)
        raise AssertionError(f"PgBouncer did not come up: {self.log}")

    def _launch(self) -> int:
        program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            give_up("no PgBouncer here (Debian: apt-get install pgbouncer)")
        to, listen = self._to, free_port()
        name, host = to.path.lstrip("/"), parse_qs(to.query).get("host", [to.hostname or ""])[0]
        password = f"password={to.password}" if to.password else ""
        text = SETTINGS.format(
            name=name, host=host, port=to.port or 5432, user=to.username, password=password, listen=listen,
            size=self._size, folder=self._folder,
        )  # fmt: skip
        (self._folder / "pgbouncer.ini").write_text(text)
        how: dict[str, Any] = {}
        if os.geteuid() == 0:  # it refuses to run as root
            shutil.chown(self._folder, "nobody")
            how = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen([program, self._folder / "pgbouncer.ini"], **quiet, **how)
        self.url = f"postgresql://{to.username}@127.0.0.1:{listen}/{name}"
        return listen

    @property
    def log(self) -> str:
        path = self._folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 30)
        shutil.rmtree(self._folder, ignore_errors=True)
