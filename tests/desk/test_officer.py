"""What an admin does for a colleague: skills, capacity, the ways back in; and what becomes of cases when an account ends."""

import re

from bot import clock
from bot.desk import sessions
from bot.models import Handover, Officer
from bot.models.base import table
from bot.policy.assignment import Case, Person, Rule, room
from bot.store import people
from tests.desk import seed
from tests.desk.conftest import Enter, Visitor


async def signs_in(who: Visitor, login: str, password: str) -> int:
    """From the browser of somebody who is not signed in."""
    return (await who.post("/desk/masuk", nama_masuk=login, sandi=password))[0]


async def test_an_admin_helps_a_colleague_back_in(db, enter: Enter) -> None:
    admin, rina, nobody = await enter("admin", "Asep"), await enter("officer", "Rina"), await enter(None)
    url, login = f"/desk/petugas/{rina.officer.id}", rina.officer.login
    assert (await rina.get(url))[0] == 403 and (await admin.get("/desk/petugas/99999"))[0] == 404
    assert url in (await admin.get("/desk/petugas"))[1]

    form = {"nama": "Rina  Kartika", "bobot": "4", "bahasa_su": "ya", "topik": "pju"}
    assert (await admin.post(f"{url}/data", **form))[0] == 303
    for wrong in ({"nama": " "}, {"nama": "Rina", "bobot": "empat"}, {"nama": "Rina", "bobot": "1001"}):
        assert (await admin.post(f"{url}/data", **wrong))[0] == 422
    assert (await admin.post(f"/desk/petugas/{admin.officer.id}/data", nama="Asep Saja"))[0] == 303
    async with db.read() as conn:
        row = (await conn.execute(table(Officer).select().where(table(Officer).c.login == login))).mappings().one()
    assert (row["name"], row["capacity"], row["languages"], row["topics"]) == ("Rina Kartika", 4, "id,su", "pju")

    # locked out, and let in again
    for _ in range(sessions.FREE):
        assert await signs_in(nobody, login, "salah sekali ini") == 403
    assert await signs_in(nobody, login, "salah sekali ini") == 429 and "terkunci sampai" in (await admin.get(url))[1]
    assert (await admin.post(f"{url}/buka"))[0] == 303 and "terkunci" not in (await admin.get(url))[1]

    # a password for one time: everything of the old one ends, and it opens nothing but the page where it is changed
    assert (await admin.post(f"/desk/petugas/{admin.officer.id}/sandi"))[0] == 409
    status, text = await admin.post(f"{url}/sandi")
    made = re.search(r'class="kunci">([0-9a-f-]{24})<', text)
    assert status == 200 and made and made[1] not in (await admin.get(url))[1]
    assert (await rina.get("/desk"))[0] == 303, "her browsers are signed out"
    assert await signs_in(nobody, login, made[1]) == 303
    for path in ("/desk", "/desk/daftar"):
        async with nobody.client.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/desk/akun#sandi")
    assert "dibuat oleh admin" in (await nobody.get("/desk/akun"))[1]
    async with db.unit() as unit:
        await people.set_password(unit.conn, rina.officer.id, row["password_hash"], clock.now())
    assert await signs_in(await enter(None), login, made[1]) == 403, "and its time ends"
    async with db.read() as conn:
        assert (await people.credentials(conn, login, clock.now()))[2] is False


async def test_cases_of_a_disabled_account_go_to_the_others(db, enter: Enter) -> None:
    admin, rina = await enter("admin", "Asep"), await enter("officer", "Rina")
    case = await seed.case(db, "Warga", (("citizen", "halo"),))
    assert (await rina.post(f"{case.url}/ambil"))[0] == 303
    assert (await admin.post(f"/desk/petugas/{rina.officer.id}/aktif", aktif="tidak"))[0] == 303
    async with db.read() as conn:
        sheet = (await conn.execute(table(Handover).select())).mappings().one()
    assert (sheet["officer_id"], sheet["state"]) == (rina.officer.id, "open")
    assert "Rina" in (await admin.get("/desk/serah-terima"))[1]


def test_who_may_hold_less_is_given_less() -> None:
    now, rule = clock.now(), Rule(capacity=12)
    case = Case("normal", "id", "pju", "web", now)
    for most, held, free in ((0, 11, True), (0, 12, False), (3, 2, True), (3, 3, False), (1, 0, True), (20, 15, True)):
        assert room(rule, Person(1, open=held, most=most), case) is free, (most, held)
