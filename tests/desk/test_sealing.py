"""K4: an identity number that a flow asked for lies readable nowhere, and is read by whoever gives a reason."""

import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from bot import clock, i18n, timers
from bot.channels.web import Web
from bot.engine import flow
from bot.models import Disclosure, Ticket, metadata
from bot.models.base import table
from bot.models.ref import Ref
from bot.store import boxes
from bot.store.db import Db
from bot.turn import intake, sealing
from bot.vault import Vault
from bot.web import keys
from tests.desk.conftest import ROOT, Enter

NIK = "3273014513900001"
FLOW = """
title: Uji
steps:
  nik:
    kind: ask-nik
    text: Berapa NIK Anda?
    next: cerita
  cerita:
    kind: ask-text
    text: Apa yang ingin disampaikan?
    save: details
    next: kirim
  kirim:
    kind: open-ticket
    text: Sudah kami terima, {number}.
"""


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (NIK, "3273********0001"),
        ("NIK saya 3273 0145 1390 0001 ya", "NIK saya 3273********0001 ya"),
        ("32730145089000", "*" * 14),
        ("327301450890000I", "3273********000I"),
        ("menu", "menu"),
        ("tidak tahu, lupa bawa ktp", "tidak tahu, lupa bawa ktp"),
        ("RT 02 RW 05", "RT 02 RW 05"),
    ],
)
def test_what_is_stored_of_the_message(text: str, stored: str) -> None:
    assert sealing.hidden(text) == stored


def test_sealed_and_opened_again_and_never_twice() -> None:
    old, new = Vault(["rahasia yang lama"]), Vault(["rahasia yang baru"])
    session: dict[str, Any] = {
        "answers": {"nik": NIK, "place": "x"},
        "frames": [{"to": "a", "answers": {"nik": NIK}}],
        "sealed": ["nik"],
    }
    closed = sealing.closed(old, session)
    assert closed is not None and NIK not in str(closed) and "3273********0001" in str(closed)
    assert sealing.closed(old, closed) == closed and sealing.opened(old, closed) == session
    assert sealing.seal(old, closed["answers"], ["nik"]) == closed["answers"]  # a hand-off from a stored session
    assert (
        sealing.unseal(new, closed["answers"])
        == sealing.veil(closed["answers"])
        == {"nik": "3273********0001", "place": "x"}
    )
    assert sealing.opened(old, None) is None and sealing.closed(old, {"answers": {}}) == {"answers": {}}


async def test_it_lies_in_no_column_and_is_revealed_for_a_reason(
    db: Db, app: Any, enter: Enter, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__", "examples"))
    (tmp_path / "flows" / "uji.yaml").write_text(FLOW)
    house = app[keys.HOUSE]
    house.flows, house.channels = flow.load(tmp_path / "flows", i18n.Catalogues.load(ROOT / "locales")), {"web": Web()}
    await says(db, house, "halo", "1")
    async with db.unit() as unit:
        await unit.conn.execute(
            sa.text("UPDATE conversation SET session = :s"), {"s": '{"flow": "uji", "node": "nik", "answers": {}}'}
        )
    await says(db, house, "3273 0145 1390 0001")
    assert "3273********0001" in await last(db, "bot")  # no month has the number 13: asked once more, and compared
    await says(db, house, "NIK saya 3273014513900001")
    assert "Apa yang ingin" in await last(db, "bot")
    assert await last(db, "citizen") == "NIK saya 3273********0001"
    await says(db, house, "Kartu saya hilang di pasar kemarin sore.")
    async with db.unit() as unit:  # `gather` waits for more; here nothing more comes
        for row in await boxes.due(unit.conn, None, clock.now() + timedelta(hours=1), 10):
            await timers.ring(unit, house, row.kind, Ref(row.ref, row.part), row.id)
    await nowhere(db, "3273014513900001", "3273 0145 1390 0001", "01451390", "0145 1390")
    rina = await enter()
    async with db.read() as conn:
        row = (await conn.execute(sa.select(table(Ticket)))).mappings().one()
    assert sealing.is_sealed(row["answers"]["nik"])
    page = (await rina.get(f"/desk/tiket/{row['number']}"))[1]
    assert "3273********0001" in page and NIK not in page and "sealed" not in page
    assert (await rina.post(f"/desk/tiket/{row['number']}/tampilkan", alasan="Mencocokkan data"))[0] == 303
    assert NIK in (await rina.get(f"/desk/tiket/{row['number']}"))[1]
    async with db.read() as conn:
        assert (await conn.execute(sa.select(table(Disclosure).c.reason))).scalar() == "Mencocokkan data"
    await nowhere(db, NIK)


async def says(db: Db, house: Any, *lines: str) -> None:
    for words in lines:
        item = Web().item("warga-1", clock.token(), words)
        row = SimpleNamespace(
            id=clock.new_id(), part=clock.part_of("web", "warga-1"), account=item.account, kind=item.kind,
            address="warga-1", external_id=item.external_id, raw=item.raw, received_at=clock.now(), urgent=None,
        )  # fmt: skip
        async with db.unit() as unit:
            await intake.run(unit, house, [row])  # type: ignore[list-item]


async def last(db: Db, author: str) -> str:
    query = sa.text("SELECT body FROM message WHERE author = :a ORDER BY seq DESC LIMIT 1")
    async with db.read() as conn:
        return str((await conn.execute(query, {"a": author})).scalar())


async def nowhere(db: Db, *numbers: str) -> None:
    """In no column of any table."""
    async with db.read() as conn:
        for each in metadata.sorted_tables:
            rows = (await conn.execute(sa.text(f'SELECT * FROM "{each.name}"'))).all()
            for row in rows:
                for number in numbers:
                    assert number not in str(row), each.name
