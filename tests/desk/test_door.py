"""The way in and out: invitations, sign-in, brute force, sessions, headers."""

import asyncio
import re
import threading
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from bot import clock
from bot.desk import first_link, passwords, sessions
from bot.models import Invite, Officer, OfficerSession, Throttle
from bot.store import people
from tests.desk import seed
from tests.desk.conftest import Enter, application

GOOD = "empat kata acak biru"


@pytest.mark.parametrize("token", ["", " ", "%20", "x", "None", "0" * 64, "%00", "../masuk", "' OR 1=1 --"])
async def test_what_is_no_invitation_is_404(enter: Enter, token: str) -> None:
    stranger = await enter(None)
    for status, text in (await stranger.get(f"/desk/undangan/{token}"), await stranger.post(f"/desk/undangan/{token}")):
        assert status == 404 or (token == "../masuk" and status in (200, 403)), text


async def test_first_link_makes_one_admin(db, enter: Enter) -> None:
    path = await first_link(db, None)
    stranger = await enter(None)
    assert "Buat akun" in (await stranger.get(path))[1]
    status, text = await stranger.post(path, nama="Rina", nama_masuk="Rina", sandi="katakunci")
    assert status == 422 and "terlalu pendek" in text
    status, _ = await stranger.post(path, nama="Rina", nama_masuk=" RINA ", sandi=GOOD)
    assert status == 303
    assert await seed.count(db, Officer, login="rina", role="admin") == 1
    assert (await stranger.get("/desk"))[0] == 200
    other = await enter(None)
    assert (await other.get(path))[0] == 404
    assert (await other.post(path, nama="X", nama_masuk="xxx", sandi=GOOD))[0] == 404
    assert await first_link(db, None) is None
    async with db.read() as conn:
        hashed = (await people.credentials(conn, "rina", clock.now()))[1]
    assert re.search(r"argon2id\$v=19\$m=(\d+)", hashed) and int(re.search(r"m=(\d+)", hashed)[1]) >= 46 * 1024


async def test_two_at_once_with_one_invitation(db, enter: Enter) -> None:
    path = await first_link(db, None)
    strangers = [await enter(None), await enter(None)]
    tries = [each.post(path, nama="A", nama_masuk=f"abc{i}", sandi=GOOD) for i, each in enumerate(strangers)]
    assert sorted(status for status, _ in await asyncio.gather(*tries)) == [303, 404]
    assert await seed.count(db, Officer) == 1


async def test_late_invitation(db, enter: Enter) -> None:
    token = clock.token()
    async with db.unit() as unit:
        await people.add_invite(unit.conn, sessions.hashed(token), "officer", clock.now() - timedelta(seconds=1))
    assert (await (await enter(None)).get(f"/desk/undangan/{token}"))[0] == 404
    assert await seed.count(db, Invite, used_at=None) == 1


async def _known(db, login: str = "rina") -> None:
    hashed = await passwords.Passwords().hash(GOOD)
    await seed.officer(db, login.capitalize(), "officer", hashed)


async def test_sign_in_and_out(db, enter: Enter) -> None:
    await _known(db)
    browser = await enter(None)
    planted = clock.token()
    browser.client.session.cookie_jar.update_cookies({"wargi": planted}, browser.client.make_url("/"))
    assert (await browser.get("/desk"))[0] == 303
    status, _ = await browser.post("/desk/masuk", nama_masuk=" RINA", sandi=GOOD, ke="//evil.example/desk/tiket/1")
    assert status == 303
    cookies = browser.client.session.cookie_jar.filter_cookies(browser.client.make_url("/"))
    assert cookies["wargi"].value != planted
    status, text = await browser.get("/desk")
    assert status == 200 and "Rina" in text
    assert await seed.count(db, OfficerSession, token_hash=cookies["wargi"].value) == 0  # only the hash is kept
    csrf = re.search(r'name="csrf" value="([^"]+)"', text)[1]
    assert (await browser.post("/desk/keluar", csrf=csrf))[0] == 303
    assert (await browser.get("/desk"))[0] == 303
    assert await seed.count(db, OfficerSession) == 0


async def test_unknown_login_and_wrong_password_look_alike(db, enter: Enter) -> None:
    await _known(db)
    stranger = await enter(None)
    wrong = await stranger.post("/desk/masuk", nama_masuk="rina", sandi="bukan yang ini ya")
    unknown = await stranger.post("/desk/masuk", nama_masuk="dina", sandi="bukan yang ini ya")
    assert wrong[0] == unknown[0] == 403
    assert wrong[1].replace("rina", "dina") == unknown[1]


async def test_brute_force_is_stopped_also_in_parallel(db, enter: Enter, monkeypatch) -> None:
    await _known(db)
    stranger = await enter(None)
    tries = [stranger.post("/desk/masuk", nama_masuk="rina", sandi=f"tebakan nomor {i:04}") for i in range(60)]
    statuses = [status for status, _ in await asyncio.gather(*tries)]
    assert statuses.count(403) == 5 and statuses.count(429) == 55
    assert (await stranger.post("/desk/masuk", nama_masuk="rina", sandi=GOOD))[0] == 429
    later = clock.now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(clock, "_now", lambda: later)
    assert (await stranger.post("/desk/masuk", nama_masuk="rina", sandi=GOOD))[0] == 303
    assert await seed.count(db, Throttle, subject="login:rina") == 0


async def test_disabled_officer_is_out_at_once(db, enter: Enter) -> None:
    admin, officer = await enter("admin", "Bu Lilis"), await enter("officer", "Dadang")
    assert (await officer.get("/desk"))[0] == 200
    assert (await admin.post(f"/desk/petugas/{officer.officer.id}/aktif", aktif="tidak"))[0] == 303
    assert (await officer.get("/desk"))[0] == 303
    assert (await officer.post("/desk/keluar"))[0] == 401
    assert (await admin.post(f"/desk/petugas/{admin.officer.id}/aktif", aktif="tidak"))[0] == 409
    assert (await admin.post("/desk/petugas/abc/aktif", aktif="tidak"))[0] == 404


async def test_session_slides_and_ends(db, enter: Enter, monkeypatch) -> None:
    officer, start = await enter(), clock.now()
    for hours, status in ((11, 200), (22, 200), (35, 303)):
        monkeypatch.setattr(clock, "_now", lambda at=start + timedelta(hours=hours): at)
        assert (await officer.get("/desk"))[0] == status


async def test_admin_invites(db, enter: Enter) -> None:
    admin = await enter("admin", "Bu Lilis")
    status, text = await admin.post("/desk/petugas/undang", peran="lead")
    path = re.search(r"/desk/undangan/[0-9a-f]{64}", text)[0]
    assert status == 200 and "pemimpin regu" in (await (await enter(None)).get(path))[1]
    assert path not in (await admin.get("/desk/petugas"))[1]
    assert (await admin.post("/desk/petugas/undang", peran="superuser"))[0] == 404


async def test_forged_requests_change_nothing(db, enter: Enter) -> None:
    officer, case = await enter(), await seed.case(db)
    url = f"{case.url}/ambil"
    good = {"csrf": sessions.csrf_mask(officer.csrf)}
    attempts = [
        ({}, good),  # a client that does not say where it comes from
        ({"Origin": "https://evil.example"}, good),
        ({"Origin": "null"}, good),
        ({"Sec-Fetch-Site": "cross-site"} | officer.origin, good),
        ({"Sec-Fetch-Site": "same-site"} | officer.origin, good),
        (officer.origin, {}),
        (officer.origin, {"csrf": "x"}),
        (officer.origin, {"csrf": sessions.csrf_mask("another session")}),
        (officer.origin | {"X-CSRF": "wrong"}, good),
    ]
    for headers, form in attempts:
        async with officer.client.post(url, data=form, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 403, (headers, form)
    assert (await officer.get(url))[0] == 405
    assert "Menunggu petugas" in (await officer.get(case.url))[1]
    header = officer.origin | {"X-CSRF": sessions.csrf_mask(officer.csrf)}
    async with officer.client.post(url, headers=header, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_headers_everywhere(db, enter: Enter) -> None:
    officer = await enter("admin")
    case = await seed.case(db)
    for path in ("/desk", case.url, "/desk/petugas", "/desk/nowhere", "/desk/masuk", f"/desk/undangan/{'0' * 64}"):
        async with officer.client.get(path, allow_redirects=False) as answer:
            csp = answer.headers["Content-Security-Policy"]
            assert csp.startswith("default-src 'none'; script-src 'self'; style-src 'self'") and "unsafe" not in csp
            assert "frame-ancestors 'none'" in csp and answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store" and "Strict-Transport-Security" not in answer.headers
            text = await answer.text()
            assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path
            if path in ("/desk", case.url):
                assert answer.headers["Content-Encoding"] in ("gzip", "deflate")


async def test_static_files_are_named_by_content(db, enter: Enter) -> None:
    officer = await enter()
    _, text = await officer.get("/desk")
    names = re.findall(r'(?:href|src)="(/desk/static/[^"#]+)', text)
    assert len(set(names)) >= 4
    for name in names:
        async with officer.client.get(name) as answer:
            assert answer.status == 200 and "immutable" in answer.headers["Cache-Control"], name
    assert (await officer.get("/desk/static/../keys.py"))[0] == 404
    assert (await officer.get("/desk/static/desk.css"))[0] == 404


async def test_https_cookie_and_hsts(db) -> None:
    await _known(db)
    async with TestClient(TestServer(application(db, "https://hotline.example"))) as client:
        form = {"nama_masuk": "rina", "sandi": GOOD}
        headers = {"Origin": "https://hotline.example"}
        async with client.post("/desk/masuk", data=form, headers=headers, allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-wargi=") and "Secure" in cookie and "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie
            assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "password",
    [
        "pendek",
        "passwordpassword",
        "bismillah123",
        "Bismillah 123",
        "indonesia2026",
        "aaaaaaaaaaaaaa",
        "katakunci1234567",
        "x" * 201,
    ],
)
def test_refused_passwords(password: str) -> None:
    assert passwords.refuse(password, "Rina", "rina")


@pytest.mark.parametrize("password", [GOOD, "kuda baterai staples", "ngopi di braga jam 9", "zzxcvbnmqwe!"])
def test_accepted_passwords(password: str) -> None:
    assert passwords.refuse(password, "Rina", "rina") is None


async def test_hashing_leaves_the_loop_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most two at once, none of them in the loop's thread, and a flood is told to come back."""
    loop, real = threading.get_ident(), PasswordHasher.hash
    inside, most = set[str](), 0
    first, looped = threading.Event(), threading.Event()

    def hash_(self: PasswordHasher, password: str) -> str:
        nonlocal most
        first.set()
        assert threading.get_ident() != loop, "a password is hashed in the loop's thread"
        inside.add(password)
        most = max(most, len(inside))
        assert looped.wait(60), "the loop does not run while a password is hashed"
        try:
            return real(self, password)
        finally:
            inside.discard(password)

    monkeypatch.setattr(PasswordHasher, "hash", hash_)
    monkeypatch.setattr(passwords, "WAITING_ROOM", 8)
    door = passwords.Passwords()
    work = asyncio.gather(*(door.hash(f"kata sandi {i}") for i in range(12)), return_exceptions=True)
    assert await asyncio.to_thread(first.wait, 60)
    looped.set()  # said by the loop while a hash waits for it
    results = await work
    assert sum(isinstance(each, passwords.Busy) for each in results) == 4
    assert [each for each in results if not isinstance(each, str | passwords.Busy)] == []
    assert most <= 2
    door.close()
