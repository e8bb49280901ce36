"""A photo and a sound, from the citizen's phone to the officer's page, in a real browser under the real policies."""

import io
import re
import wave

import pytest

from tests.e2e.stage import Stage
from tests.files import samples

pytestmark = pytest.mark.e2e


def tone(seconds: int = 8) -> bytes:
    """A sound that a browser can really play and wind on."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\x10\0\xf0" * 4000 * seconds)
    return out.getvalue()


LOADED = "(img) => img.complete && img.naturalWidth > 0"


async def test_from_the_phone_to_the_desk(stage: Stage) -> None:
    phone = await stage.page(360, 740)
    await phone.goto(f"{stage.url}/chat")
    await phone.fill("#text", "petugas")
    await phone.click("#form button")
    await phone.wait_for_selector("li.bot")
    await phone.click("#more summary")
    await phone.set_input_files("#photo", {"name": "jalan.jpg", "mimeType": "image/jpeg", "buffer": samples.photo()})
    image = await phone.wait_for_selector("li.citizen img")
    await phone.wait_for_function(LOADED, arg=image)
    assert not await phone.eval_on_selector("#more", "(more) => more.open"), "done"
    await phone.click("#more summary")
    await phone.set_input_files("#file", {"name": "suara.wav", "mimeType": "audio/wav", "buffer": tone()})
    await phone.wait_for_selector("li.citizen audio")
    await phone.click("#more summary")
    await phone.set_input_files("#file", {"name": "a.html", "mimeType": "text/html", "buffer": samples.HTML})
    await phone.wait_for_function("() => /Jenis berkas ini/.test(document.getElementById('note').textContent)")
    await phone.reload()
    await phone.wait_for_function(LOADED, arg=await phone.wait_for_selector("li.citizen img"))
    await phone.screenshot(path=str(stage.folder / "phone.png"))

    desk = await stage.page()
    await stage.first_officer(desk)
    await desk.click(".kartu")
    image = await desk.wait_for_selector(".berkas img")
    await desk.wait_for_function(LOADED, arg=image)
    audio = await desk.wait_for_selector(".berkas audio")
    await audio.evaluate("async (audio) => { audio.muted = true; await audio.play(); audio.currentTime = 6; }")
    await desk.wait_for_function("(audio) => audio.currentTime > 6 && audio.seekable.end(0) > 7", arg=audio)
    await desk.screenshot(path=str(stage.folder / "desk.png"))
    async with desk.context.expect_page() as opened:
        await desk.click(".berkas a[target]")
    full = await opened.value
    await full.wait_for_load_state()
    assert re.search(r"/desk/media/\w+\.\d+/utuh\?sampai=\d+&tanda=", full.url)
    assert await full.evaluate("() => document.images[0].naturalWidth") == 600
    assert stage.problems == []
