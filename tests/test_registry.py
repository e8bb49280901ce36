"""A channel's file declares its own settings; the house refuses what is misspelt or half set, whatever channels there are."""

from pathlib import Path
from typing import Any

import pytest

from bot import config, registry
from bot.config import Group, Setting
from bot.errors import ConfigError

PIGEON = Group(
    "pigeon",
    "Pigeon post",
    (
        Setting("loft", needed=True),
        Setting("seed", secret=True, needed=True),
        Setting("api_url", "https://pigeon.example"),
        Setting("rate", 2.0),
    ),
)
SET = {"WARGI_PIGEON_LOFT": "7", "WARGI_PIGEON_SEED": "corn"}

READ: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({}, {}),
    ({"WARGI_PIGEON_RATE": "9"}, {}),
    (SET, {"pigeon": {"loft": "7", "seed": "corn", "api_url": "https://pigeon.example", "rate": 2.0}}),
    (
        SET | {"WARGI_PIGEON_RATE": "0.5", "WARGI_PIGEON_API_URL": "http://a"},
        {"pigeon": {"loft": "7", "seed": "corn", "api_url": "http://a", "rate": 0.5}},
    ),
]


@pytest.mark.parametrize(("env", "groups"), READ)
def test_a_group_is_on_when_all_it_needs_is_set(env: dict[str, str], groups: dict[str, Any]) -> None:
    assert config.load(env, [PIGEON]).groups == groups


REFUSED = {
    "half set": ({"WARGI_PIGEON_LOFT": "7"}, "Pigeon post is half configured: set WARGI_PIGEON_SEED too"),
    "misspelt": (SET | {"WARGI_PIGEON_SEDE": "x"}, "WARGI_PIGEON_SEDE is not a setting"),
    "an empty secret": (SET | {"WARGI_PIGEON_SEED": " "}, "WARGI_PIGEON_SEED is empty"),
    "no number": (SET | {"WARGI_PIGEON_RATE": "fast"}, "WARGI_PIGEON_RATE must be a number"),
    "a file for what is no secret": (SET | {"WARGI_PIGEON_LOFT_FILE": "/x"}, "WARGI_PIGEON_LOFT_FILE is not a"),
    "both a secret and its file": (SET | {"WARGI_PIGEON_SEED_FILE": __file__}, "both set"),
}


@pytest.mark.parametrize("label", REFUSED)
def test_a_group_is_refused(label: str) -> None:
    env, words = REFUSED[label]
    with pytest.raises(ConfigError, match=words):
        config.load(env, [PIGEON])


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "seed").write_text("corn\n")
    loaded = config.load({"WARGI_PIGEON_LOFT": "7", "WARGI_PIGEON_SEED_FILE": str(tmp_path / "seed")}, [PIGEON])
    assert loaded.groups["pigeon"]["seed"] == "corn"


def test_an_undeclared_channel_is_unknown() -> None:
    with pytest.raises(ConfigError, match="is not a setting"):
        config.load(SET)


def test_every_channel_is_what_its_adapter_says() -> None:
    """Built from nothing but what it says it needs, and its accounts and hooks carry its name."""
    for name, adapter in registry.ADAPTERS.items():
        needed = {one.name: "7:x" if one.name == "token" else "7" for one in adapter.settings if one.needed}
        env = {f"WARGI_{name}_{key}".upper(): value for key, value in needed.items()}
        built = registry.channels(registry.settings(env), "https://hotline.example")
        assert set(built) == {"web", name}
        channel = built[name]
        assert channel.name == adapter.name and adapter.title
        assert channel.account.startswith(f"{name}:")
        assert {hook.method for hook in channel.hooks} <= {"GET", "POST"}
