"""A mistake of ours shows as a page in words with a way out, and in the log without anybody's words."""

import logging

import pytest

from bot.desk import seek
from tests.desk.conftest import Enter


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_in_words(enter: Enter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> None:
        raise KeyError("Euis Komariah")

    monkeypatch.setattr(seek, "read", broken)
    rina = await enter()
    with caplog.at_level(logging.ERROR):
        status, text = await rina.get("/desk/cari?q=euis")
    assert status == 500 and "Ini kesalahan sistem, bukan Anda" in text and 'href="/desk"' in text
    assert "Komariah" not in text and "Traceback" not in text
    status, text = await rina.get("/desk/cari?q=euis", **{"HX-Request": "true"})
    assert status == 500 and text.startswith("Ini kesalahan sistem")
