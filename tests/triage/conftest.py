"""The shipped danger words and emergency numbers, loaded once."""

from pathlib import Path

import pytest

from bot.triage import emergency, urgency

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def dangers() -> urgency.Dangers:
    return urgency.read(ROOT / "flows")


@pytest.fixture(scope="session")
def emergencies() -> emergency.Emergencies:
    return emergency.read(ROOT / "flows")
