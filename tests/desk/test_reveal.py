"""Numbers of citizens at the desk: masked everywhere, shown for a reason, to one officer, for one case, for a while, and written down."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from bot import clock
from bot.desk import show
from bot.models import STAFF, Disclosure, Role
from bot.store import disclosures
from bot.store.db import Db
from tests.desk import seed
from tests.desk.conftest import HTMX, Enter, Visitor

NIK, KK, WA, HP = "3273014508900001", "3273011203150004", "6281234567731", "085711112222"
SECRETS = (NIK, KK, WA, HP, "0" + WA[2:], "0857-1111-2222", "3273 0145 0890 0001", "34567731")
REASON = "Menelepon warga untuk melengkapi laporan"


@pytest.fixture
def now() -> Iterator[Callable[[timedelta], None]]:
    """The clock stands; `now(…)` lets time pass."""
    moment = [datetime(2026, 11, 22, 3, 0, tzinfo=UTC)]
    undo = clock.freeze(lambda: moment[0])

    def pass_(time: timedelta) -> None:
        moment[0] += time

    yield pass_
    undo()


async def canary(db: Db, **more: Any) -> seed.Case:
    """A case with a number in every field that a citizen fills."""
    given: dict[str, Any] = {
        "name": f"Euis {HP}", "phone": WA, "place": f"Rumah {NIK}", "details": f"NIK saya {NIK} dan KK {KK}, hubungi {HP}",
        "words": (("citizen", f"Nomor saya 0857-1111-2222, nik 3273 0145 0890 0001 {'x' * 90} {NIK}"), ("officer", f"Benar {HP}?"),
                  ("note", f"sudah telepon {HP}"), ("system", f"pindah ke {HP}"), ("bot", f"KK: {KK}")),
        "answers": {"nik": NIK, "telepon": HP}, "errors": {1: ("failed", f"recipient {WA} unknown")},
    }  # fmt: skip
    return await seed.case(db, **(given | more))


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


async def ask(visitor: Visitor, case: seed.Case, reason: str = REASON, **more: Any) -> tuple[int, str]:
    return await visitor.post(f"{case.url}/tampilkan", alasan=reason, **more)


async def test_hidden_on_every_page_and_in_no_log(db, enter: Enter, caplog: pytest.LogCaptureFixture) -> None:
    lead, case = await enter("lead"), await canary(db)
    assert (await lead.post(f"{case.url}/ambil"))[0] == 303
    for path in (
        case.url,
        "/desk",
        "/desk?daftar=milik",
        "/desk?daftar=semua",
        "/desk?cari=Euis",
        f"/desk?cari={case.number}",
        "/desk/pengungkapan",
    ):
        for headers in ({}, HTMX, HTMX | {"HX-Target": "section#daftar"}):
            status, text = await lead.get(path, **headers)
            assert status == 200 and not leaks(text), (path, leaks(text))
    text = (await lead.get(case.url))[1]
    assert "0812••••7731" in text and "3273********0001" in text and "0857*****222" in text
    assert (await ask(lead, case))[0] == 303
    assert not leaks(caplog.text)


async def test_a_name_typed_into_the_search_is_not_an_index_of_numbers(db, enter: Enter) -> None:
    officer, _ = await enter(), await canary(db, name="Euis")
    assert "Tidak ditemukan" in (await officer.get(f"/desk?cari={quote(NIK)}"))[1]


@pytest.mark.parametrize("reason", ["", "    ", "ok", "abc", NIK, "....... 12345"])
async def test_no_reason_no_number(db, enter: Enter, reason: str) -> None:
    officer, case = await enter(), await canary(db)
    for more in ({}, {"htmx": True}):
        status, text = await ask(officer, case, reason, **more)
        assert status == 422 and "Tulis alasannya" in text and not leaks(text)
    assert await seed.count(db, Disclosure) == 0
    assert not leaks((await officer.get(case.url))[1])


async def test_shown_for_a_reason_and_written_down(db, enter: Enter) -> None:
    officer, case = await enter(), await canary(db)
    assert (await ask(officer, case))[0] == 303
    text = (await officer.get(case.url))[1]
    for number in (NIK, KK, HP, "+6281234567731", "0857-1111-2222"):
        assert number in text.partition('id="kasus"')[2], number
    assert not leaks(text.partition('id="kasus"')[0])  # the list beside it stays masked
    assert "tampak bagi Anda sampai" in text
    assert (
        await seed.count(
            db, Disclosure, officer_id=officer.officer and officer.officer.id, number=case.number, reason=REASON
        )
        == 1
    )


async def test_shown_without_scripts_and_with_them(db, enter: Enter) -> None:
    officer, case = await enter(), await canary(db)
    status, text = await ask(officer, case, htmx=True)
    assert status == 200 and NIK in text and text.lstrip().startswith("<section")


async def test_only_for_that_officer_and_only_that_case(db, enter: Enter) -> None:
    rina, asep, case, other = await enter(), await enter("admin", "Asep"), await canary(db), await canary(db)
    assert (await ask(rina, case))[0] == 303
    assert NIK in (await rina.get(case.url))[1]
    assert not leaks((await rina.get(other.url))[1])
    assert not leaks((await asep.get(case.url))[1])
    for flag in ("?tampilkan=1", "?revealed=1", "?alasan=x"):
        assert not leaks((await asep.get(case.url + flag))[1])


async def test_it_ends_by_the_servers_clock(db, enter: Enter, now: Callable[[timedelta], None]) -> None:
    officer, case = await enter(), await canary(db)
    assert (await ask(officer, case))[0] == 303
    now(timedelta(minutes=14, seconds=59))
    text = (await officer.get(case.url))[1]
    assert NIK in text and "10.15" in text and "every 60s" in text.partition('id="kasus"')[2].partition(">")[0]
    now(timedelta(seconds=1))
    assert not leaks((await officer.get(case.url))[1])
    assert (await ask(officer, case, "Keadaan darurat"))[0] == 303
    assert NIK in (await officer.get(case.url))[1]
    assert await seed.count(db, Disclosure) == 2


async def test_a_forged_request_shows_nothing(db, enter: Enter) -> None:
    officer, case = await enter(), await canary(db)
    assert (await officer.post(f"{case.url}/tampilkan", csrf="0" * 64, alasan=REASON))[0] == 403
    assert await seed.count(db, Disclosure) == 0


async def test_unknown_tickets(enter: Enter) -> None:
    officer = await enter()
    assert (await officer.post("/desk/tiket/AAAA-AAAA/tampilkan", alasan=REASON))[0] == 404


async def test_the_control_can_be_used_without_a_mouse_or_scripts(db, enter: Enter) -> None:
    officer, case = await enter(), await canary(db)
    text = (await officer.get(case.url))[1]
    assert '<label for="alasan">' in text and re.search(
        r'<input id="alasan"[^>]*required[^>]*aria-describedby="alasan-petunjuk"', text
    )
    assert f'action="{case.url}/tampilkan"' in text and all(reason in text for reason in show.READY_REASONS)


async def test_leads_read_who_has_looked(db, enter: Enter) -> None:
    rina, lead, case = await enter("officer", "Rina"), await enter("lead", "Dadang"), await canary(db)
    assert "Belum ada nomor yang dibuka" in (await lead.get("/desk/pengungkapan"))[1]
    await ask(rina, case, f"Warga minta dicek {NIK} di loket <b>")
    status, text = await lead.get("/desk/pengungkapan")
    assert (
        status == 200
        and "Rina" in text
        and case.number in text
        and "Warga minta dicek 3273********0001 di loket &lt;b&gt;" in text
    )
    assert "Nomor telepon dan nomor identitas" in text and not leaks(text)


async def test_the_newest_looks_come_first_page_by_page(db, enter: Enter, now: Callable[[timedelta], None]) -> None:
    lead, case = await enter("lead"), await canary(db)
    for i in range(120):
        async with db.unit() as unit:
            await disclosures.add(unit.conn, lead.officer.id, case.number, "numbers", f"alasan ke-{i:03}", clock.now())
        now(timedelta(seconds=1))
    seen: list[str] = []
    path: str | None = "/desk/pengungkapan"
    while path:
        _, text = await lead.get(path)
        seen += re.findall(r"alasan ke-(\d+)", text)
        found = re.search(r'href="(/desk/pengungkapan\?setelah=\d+)"', text)
        path = found[1] if found else None
    assert seen == [f"{i:03}" for i in reversed(range(120))]
    for odd in ("x", "-1", "²", "9" * 30, "1 OR 1"):
        assert (await lead.get(f"/desk/pengungkapan?setelah={quote(odd)}"))[0] == 404


@pytest.mark.parametrize("role", sorted(STAFF))
async def test_who_sees_the_way_to_the_list(enter: Enter, role: Role) -> None:
    assert ("/desk/pengungkapan" in (await (await enter(role)).get("/desk"))[1]) == (role != Role.OFFICER)


async def test_every_look_at_what_is_sensitive_is_written_down(
    db, enter: Enter, now: Callable[[timedelta], None]
) -> None:
    """K2: health and confidential cases by themselves, once a while; tables when they are taken away; found again by ticket and kind."""
    rina, lead = await enter("officer", "Rina"), await enter("lead", "Dadang")
    road, sick, secret = [await seed.case(db, topic=topic) for topic in ("jalan", "kesehatan", "kekerasan")]
    for _ in range(3):
        for case in (road, sick, secret):
            assert (await rina.get(case.url))[0] == 200
    assert await seed.count(db, Disclosure) == await seed.count(db, Disclosure, what="sensitive") == 2
    _, page = await rina.get(sick.url)  # a look gives nobody the numbers
    assert "0812••••7731" in page and not leaks(page)
    await lead.get("/desk/angka/tiket.csv")
    await lead.get("/desk/angka/tiket.csv")
    assert await seed.count(db, Disclosure, what="export") == 2
    now(timedelta(minutes=16))
    await rina.get(sick.url)
    assert await seed.count(db, Disclosure, number=sick.number) == 2

    async def found(query: str) -> list[str]:
        return re.findall(r'class="nomor">([^<]+)</a>', (await lead.get(f"/desk/pengungkapan?{query}"))[1])

    assert await found("") == [sick.number, secret.number, sick.number]
    assert await found(f"nomor={sick.number.lower()}") == [sick.number] * 2
    assert (
        await found("jenis=export") == await found("nomor=tidak+ada") == await found(f"petugas={lead.officer.id}") == []
    )
    assert "tiket-" in (await lead.get("/desk/pengungkapan?jenis=export"))[1]
