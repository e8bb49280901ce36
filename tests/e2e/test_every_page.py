"""Every page of the desk that needs no name of a case, from the table of routes: a new page is looked at without being listed here."""

import pytest

from bot.desk import ROUTES, alarms, composing, live
from bot.models import Role, Urgency
from bot.policy.access import may
from tests.desk import seed
from tests.e2e.stage import Stage
from tests.e2e.test_desk import accessible

pytestmark = pytest.mark.e2e
PARTS = {live.stream, alarms.panel, composing.colleagues}
"""What answers GET and is no whole page."""
PAGES = sorted(
    {
        f"/desk{route.path}"
        for route in ROUTES
        if may(Role.ADMIN, route.verb)
        and route.method == "GET"
        and "{" not in route.path
        and not route.path.endswith((".csv", ".xlsx", ".parquet", ".zip", ".yaml", ".js", ".webmanifest"))
        and route.handler not in PARTS
    }
)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "light"), (320, 640, "dark")])
async def test_every_page_suits_everybody(stage: Stage, width: int, height: int, scheme: str) -> None:
    page = await stage.page(width, height, scheme)
    await stage.first_officer(page)
    await seed.case(stage.server.db, "Nama panjang " + "x" * 60, urgency=Urgency.HIGH, details="cerita " + "y" * 150)
    for path in PAGES:
        answer = await page.goto(stage.url + path)
        assert answer is not None and answer.status < 400, f"{path}: {answer and answer.status}"
        await accessible(page, path)
