"""One's own account: sessions, password, second factor; and what ends them."""

import asyncio
import base64
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import clock
from bot.desk import passwords, sessions
from bot.models import Officer, OfficerFactor, OfficerSession
from bot.models.base import table
from bot.policy import totp
from bot.store import people
from bot.web import keys
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor
from tests.desk.test_door import GOOD

NEW = "lima kata lain yang panjang"


async def _also(db, visitor: Visitor, agent: str) -> str:
    """Another browser of the same officer; its session's token."""
    token, now = clock.token(), clock.now()
    async with db.unit() as unit:
        await people.open_session(
            unit.conn, visitor.officer.id, sessions.hashed(token), "c", agent, now, now + sessions.IDLE
        )
    return token


async def _with_password(db, visitor: Visitor, login: str) -> None:
    officer = table(Officer)
    hashed = await passwords.Passwords().hash(GOOD)
    async with db.unit() as unit:
        await unit.conn.execute(officer.update().where(officer.c.login == login).values(password_hash=hashed))


async def test_sessions_and_password(db, enter: Enter) -> None:
    rina, dadang = await enter("officer", "Rina"), await enter("officer", "Dadang")
    await _with_password(db, rina, "rina")
    tokens = [await _also(db, rina, f"<i>Peramban {n}</i>\u202e") for n in range(3)]
    status, text = await rina.get("/desk/akun")
    assert status == 200 and text.count("Peramban ini") == 1 and "<i>" not in text and "[U+202E]" in text
    assert rina.client.session.cookie_jar.filter_cookies(rina.client.make_url("/"))["wargi"].value not in text

    others = re.search(r'name="sesi" value="([0-9a-f]{12})"', text)[1]
    assert (await dadang.post("/desk/akun/sesi", sesi=others))[0] == 404  # only one's own
    for odd in ("", "0" * 12, others[:5], "x" * 64):
        assert (await rina.post("/desk/akun/sesi", sesi=odd))[0] == 404, odd
    assert (await rina.post("/desk/akun/sesi", sesi=others))[0] == 303
    assert await seed.count(db, OfficerSession, officer_id=rina.officer.id) == 3
    assert (await rina.post("/desk/akun/sesi", sesi="lain"))[0] == 303
    assert await seed.count(db, OfficerSession, officer_id=rina.officer.id) == 1
    assert (await rina.get("/desk"))[0] == 200 and (await dadang.get("/desk"))[0] == 200

    await _also(db, rina, "lain")
    assert (await rina.post("/desk/akun/sandi", lama="bukan itu sama sekali", baru=NEW))[0] == 403
    assert (await rina.post("/desk/akun/sandi", lama=GOOD, baru="pendek"))[0] == 422
    old = rina.client.session.cookie_jar.filter_cookies(rina.client.make_url("/"))["wargi"].value
    assert (await rina.post("/desk/akun/sandi", lama=GOOD, baru=NEW))[0] == 303
    assert await seed.count(db, OfficerSession, officer_id=rina.officer.id) == 1
    assert await seed.count(db, OfficerSession, token_hash=sessions.hashed(old)) == 0  # a new id, too
    assert (await rina.get("/desk"))[0] == 200
    stranger = await enter(None)
    assert (await stranger.post("/desk/masuk", nama_masuk="rina", sandi=GOOD))[0] == 403
    assert (await stranger.post("/desk/masuk", nama_masuk="rina", sandi=NEW))[0] == 303
    assert tokens


async def test_second_factor(db, app, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    lead, admin, start = await enter("lead", "Lilis"), await enter("admin", "Asep"), clock.now()
    await _with_password(db, lead, "lilis")
    _config(app, "leads")
    status, _ = await lead.get("/desk/angka")
    assert (
        status == 303
        and (await lead.post("/desk/berikutnya"))[0] == 403
        and (await lead.get("/desk/peristiwa", Accept="text/event-stream"))[0] == 403
    )
    assert "wajib" in (await lead.get("/desk/akun"))[1]

    assert (await lead.post("/desk/akun/kunci", aksi="mulai"))[0] == 303
    _, text = await lead.get("/desk/akun")
    secret = _secret(text)
    assert 'class="qr"' in text and "<svg viewBox" in text
    assert secret.hex() not in str(await _rows(db)) and (await lead.get("/desk/angka"))[0] == 303  # not yet in use
    assert (await lead.post("/desk/akun/kunci", aksi="pastikan", kode="000000" if _now(secret) != "000000" else "1"))[
        0
    ] == 422
    await _also(db, lead, "lain")
    status, text = await lead.post("/desk/akun/kunci", aksi="pastikan", kode=_now(secret))
    spare = re.findall(r"<code>([a-z0-9]{5}-[a-z0-9]{5})</code>", text)
    stored = str(await _rows(db))
    assert status == 200 and len(spare) == totp.SPARE and not any(code in stored for code in spare)
    assert await seed.count(db, OfficerSession, officer_id=lead.officer.id) == 1  # the other browser signs in anew
    assert (await lead.get("/desk/angka"))[0] == 200 and spare[0] not in (await lead.get("/desk/akun"))[1]
    assert (await lead.post("/desk/akun/kunci", aksi="hapus", kode=spare[0]))[0] == 403  # the role demands it
    assert (await lead.post("/desk/akun/kunci", aksi="mulai"))[0] == 409

    stranger = await enter(None)
    status, text = await stranger.post("/desk/masuk", nama_masuk="lilis", sandi=GOOD)
    token = re.search(r'name="tanda" value="([^"]+)"', text)[1]
    assert status == 200 and (await stranger.get("/desk"))[0] == 303  # the password alone opens nothing
    assert (await stranger.post("/desk/masuk/kode", tanda=token, kode=_now(secret)))[0] == 403  # was taken already
    monkeypatch.setattr(clock, "_now", lambda: start + timedelta(seconds=90))
    fresh = _now(secret)
    browsers = [await enter(None) for _ in range(3)]
    tries = [each.post("/desk/masuk/kode", tanda=token, kode=fresh) for each in browsers]
    assert sorted(status for status, _ in await asyncio.gather(*tries)) == [
        303,
        403,
        403,
    ]  # once, also at the same moment
    assert (await stranger.post("/desk/masuk/kode", tanda=token, kode=spare[1].upper()))[0] == 303
    assert (await stranger.get("/desk"))[0] == 200
    for forged in (
        "",
        "1",
        token.replace(token[0], "9", 1),
        token[:-2] + "00",
        f"{admin.officer.id}." + token.partition(".")[2],
    ):
        assert (await (await enter(None)).post("/desk/masuk/kode", tanda=forged, kode=spare[2]))[0] == 422, forged
    statuses = [(await (await enter(None)).post("/desk/masuk/kode", tanda=token, kode=f"{n:06}"))[0] for n in range(7)]
    assert (
        statuses.count(403) == 5
        and statuses[-1] == 429
        and (await (await enter(None)).post("/desk/masuk/kode", tanda=token, kode=spare[3]))[0] == 429
    )
    monkeypatch.setattr(clock, "_now", lambda: start + timedelta(minutes=20))
    assert (await (await enter(None)).post("/desk/masuk/kode", tanda=token, kode=spare[3]))[
        0
    ] == 422  # five minutes after the password it is over

    # an admin helps whoever has lost the telephone; another role begins with a new session
    _config(app, "off")
    assert "Kunci kedua" in (await admin.get("/desk/petugas"))[1]
    url = f"/desk/petugas/{lead.officer.id}"
    assert (await admin.post(f"{url}/keluarkan", kunci="ya"))[0] == 303
    assert await seed.count(db, OfficerFactor) == 0 and (await lead.get("/desk"))[0] == 303
    assert (await (await enter(None)).post("/desk/masuk", nama_masuk="lilis", sandi=GOOD))[0] == 303
    assert await seed.count(db, OfficerSession, officer_id=lead.officer.id) == 1
    assert (await admin.post(f"{url}/peran", peran="officer"))[0] == 303
    assert await seed.count(db, OfficerSession, officer_id=lead.officer.id) == 0
    for odd, status in (("agency", 400), ("root", 400), ("", 400)):
        assert (await admin.post(f"{url}/peran", peran=odd))[0] == status
    mine = f"/desk/petugas/{admin.officer.id}"
    assert (await admin.post(f"{mine}/peran", peran="officer"))[0] == 409 and (await admin.post(f"{mine}/keluarkan"))[
        0
    ] == 409
    assert (await admin.post("/desk/petugas/99999/keluarkan"))[0] == 404 and (
        await admin.post("/desk/petugas/x/peran")
    )[0] == 404


def _config(app, who: str) -> None:
    app._state[keys.CONFIG] = replace(app[keys.CONFIG], second_factor=who)


def _secret(text: str) -> bytes:
    shown = re.search(r'<code class="kunci">([A-Z2-7 ]+)</code>', text)[1].replace(" ", "")
    return base64.b32decode(shown)


def _now(secret: bytes) -> str:
    return totp.code(secret, int(clock.now().timestamp()) // totp.STEP)


async def _rows(db) -> list[object]:
    async with db.read() as conn:
        return list((await conn.execute(table(OfficerFactor).select())).all())
