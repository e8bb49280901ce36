"""News in browsers: sealed as the standard says, only to services of browsers, and with nothing of a citizen in it."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot import clock, push
from bot.errors import ConfigError
from bot.push import Device, Gone, Push, Refused
from bot.store import notices
from tests.fakes.push import Browser, FakePush, b64, unb64
from tests.world import WebCitizen, World, eventually


def ours(folder: Path) -> Push:
    push.make(folder)
    return Push((folder / push.FILE).read_bytes(), "mailto:a@b.example", plain=True)


def test_the_fake_reads_what_the_standard_shows() -> None:
    """RFC 8291, section 5: so that our two ends do not only agree with each other."""
    private = ec.derive_private_key(
        int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    browser = Browser(private, unb64("BTBZMqHH6r4Tts7J_aSIgg"))
    body = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4M"
        "qgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.open(body) == b"When I grow up, I want to be a watermelon"


async def test_sent_and_opened(tmp_path: Path) -> None:
    sender = ours(tmp_path)
    async with FakePush() as service:
        device = Device(**service.form)
        await sender.send(device, {"what": "alarm", "path": "/desk"}, urgent=True)
        assert service.told == [{"what": "alarm", "path": "/desk"}]
        assert service.headers[0]["Urgency"] == "high"
        for status, error in ((410, Gone), (404, Gone), (503, Refused), (413, Refused)):
            service.status = status
            with pytest.raises(error):
                await sender.send(device, {})
    with pytest.raises(Refused):
        await sender.send(device, {})  # nobody there


GOOD = (b64(b"\4" + bytes(64)), b64(bytes(16)))


@pytest.mark.parametrize(
    ("endpoint", "keys", "taken"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", GOOD, True),
        ("https://updates.push.services.mozilla.com/wpush/v2/x", GOOD, True),
        ("https://web.push.apple.com/Q", GOOD, True),
        ("https://fcm.googleapis.com/x", ("abc", GOOD[1]), False),
        ("https://fcm.googleapis.com/x", (GOOD[0], "ä"), False),
        ("http://fcm.googleapis.com/x", GOOD, False),
        ("https://googleapis.com.evil.example/x", GOOD, False),
        ("https://evilgoogleapis.com/x", GOOD, False),
        ("https://127.0.0.1:8080/x", GOOD, False),
        ("https://localhost/x", GOOD, False),
        ("", GOOD, False),
    ],
)
def test_only_services_of_browsers(tmp_path: Path, endpoint: str, keys: tuple[str, str], taken: bool) -> None:
    sender = Push((push.make(tmp_path) and (tmp_path / push.FILE)).read_bytes(), "mailto:a@b.example")
    assert sender.takes(Device(endpoint, *keys)) is taken


def test_one_key_a_data_directory(tmp_path: Path) -> None:
    assert push.load(tmp_path, "") is None
    first = push.make(tmp_path / "new").public
    assert push.make(tmp_path / "new").public == first
    assert (tmp_path / "new" / push.FILE).stat().st_mode & 0o077 == 0
    (tmp_path / push.FILE).write_text("nothing")
    with pytest.raises(ConfigError, match="push keys"):
        push.load(tmp_path, "")


async def test_only_who_has_asked_and_only_that_something_is(world: World) -> None:
    """Two officers are on duty, one has asked: they hear of a danger and of a case of theirs; a browser that is gone is forgotten."""
    rina, andi = await world.officer("Rina"), await world.officer("Andi")
    async with FakePush() as service:
        assert (await rina.post("/desk/perangkat", **service.form))[0] == 404  # no key yet
        world.server.house.push = ours(world.folder)
        page = await rina.get("/desk/saya")
        assert world.server.house.push.public in page
        assert (await rina.post("/desk/perangkat", **service.form | {"auth": "x"}))[0] == 400
        assert (await rina.post("/desk/perangkat", **service.form))[0] == 204
        for desk in (rina, andi):
            await desk.get("/desk")
            await desk.post("/desk/tugas", mulai="ya")
        ids = {row["login"]: row["id"] for row in await world.rows("SELECT login, id FROM officer")}
        async with world.server.db.unit() as unit:
            await notices.tell(
                unit, ids.values(), "Kasus ABCD-EFGH diberikan kepada Anda.", "/desk/tiket/ABCD-EFGH", clock.now()
            )
        await eventually(lambda: bool(service.told), 30, "the browser hears of the case")
        assert service.told == [{"what": "kasus", "path": "/desk/tiket/ABCD-EFGH", "lang": "id"}]
        citizen = WebCitizen(world.browser(), world.url)
        await citizen.say("tolong kebakaran, rumah tetangga terbakar di Cikajang")
        await eventually(
            lambda: "alarm" in [each["what"] for each in service.told], 30, "the browser hears of the danger"
        )
        assert {frozenset(each) for each in service.told} == {frozenset({"what", "path", "lang"})}
        assert await world.rows("SELECT DISTINCT officer_id FROM page WHERE via = 'push'") == [
            {"officer_id": ids["rina"]}
        ]
        service.status = 410
        async with world.server.db.unit() as unit:
            await notices.tell(unit, [ids["rina"]], "Kabar.", "/desk/beban", clock.now())

        async def forgotten() -> bool:
            return await world.one("SELECT count(*) FROM push_device") == 0

        await eventually(forgotten, 30, "a browser that is gone is forgotten")
        assert await world.one("SELECT sum(pushes) FROM officer") == 0
