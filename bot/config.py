"""One frozen `Config`, read once from the environment. Unknown `WARGI_` names, empty secrets and half-set channels refuse to start."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import field, fields
from ipaddress import ip_network
from math import inf
from pathlib import Path
from typing import Any

from bot import failpoint
from bot.errors import ConfigError
from bot.record import record

PREFIX = "WARGI_"
ROLES = ("gateway", "worker", "desk")
FACTORS = ("off", "leads", "staff", "everybody")
"""For whom a second factor is required; "off": it is everybody's own choice."""
LEVELS = ("debug", "info", "warning", "error")
SECRETS = frozenset({"secret_key", "database_url", "database_listen_url", "mail_url", "alarm_webhook_secret"})
"""May be given as `…_FILE`; `wargi doctor` shows only whether they are set."""
HOST_SECRET = "host_secret_"
"""What the names of secrets for other systems begin with; flows name the rest."""
YEAR = 8760
"""Hours."""


@record
class Setting:
    """One setting of a group; its environment name is `WARGI_`, the group's name and its own, in capitals."""

    name: str
    default: str | float = ""
    secret: bool = False
    needed: bool = False
    """Without it the group is off. Of a group's needed ones all are set, or none."""


@record
class Group:
    """Settings that belong together, declared by what uses them: a channel's file names its own."""

    name: str
    title: str
    """What people call it: "WhatsApp"."""
    settings: tuple[Setting, ...] = ()


@record
class Config:
    """Every setting; the environment name is `WARGI_` and the field in capitals."""

    database_url: str = "sqlite:///data/wargi.db"
    database_listen_url: str = ""
    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    secret_key: str = ""
    flows_dir: Path = Path("flows")
    locales_dir: Path = Path("locales")
    whatsapp_alarm_template: str = ""
    """An approved template with one variable; with it an officer's WhatsApp is reached outside the 24-hour window too."""
    mail_url: str = ""
    mail_from: str = ""
    alarm_webhook_url: str = ""
    alarm_webhook_secret: str = ""
    media_url: str = ""
    """Where citizens' files lie: empty (the data directory), `file:///folder` or `s3://bucket/prefix`."""
    backup_dir: str = ""
    """Where `wargi db backup` lays its copies; empty: `backups` in the data directory."""
    backup_minutes: float = 0.0
    """So old the newest copy may be; 0 = nobody watches."""
    trusted_proxies: str = ""
    log_level: str = "info"
    survey_hours: float = 72.0
    """Silence after a survey question becomes its own state after so long."""
    window_reminder_hours: float = 23.0
    """So long after a citizen's last message they are asked to reply while they can still be answered; 0 = never."""
    second_factor: str = "off"
    port_asked: bool = False
    """A port was asked for, so none other is taken."""
    host_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What systems that flows ask want to be shown: `WARGI_HOST_SECRET_DINSOS` is `dinsos` of flows/data/hosts.yaml."""
    groups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The settings of each group that is switched on, defaults filled in: `groups["telegram"]["token"]`."""

    @property
    def pooled(self) -> bool:
        """The database's address leads through a pooler: that is what a second, direct one is for."""
        return bool(self.database_listen_url) and self.database_listen_url != self.database_url

    @property
    def backups(self) -> Path:
        return Path(self.backup_dir) if self.backup_dir else self.data_dir / "backups"


OWN = tuple(one for one in fields(Config) if one.name not in ("port_asked", "host_secrets", "groups"))
"""What the server itself is set by; the groups come beside it."""


def load(env: Mapping[str, str] | None = None, groups: Iterable[Group] = ()) -> Config:
    """Reads `WARGI_…` (and `WARGI_…_FILE` for secrets). Raises `ConfigError` with one sentence."""
    env = os.environ if env is None else env
    groups = tuple(groups)
    known: dict[str, Any] = {one.name: one.default for one in OWN}
    secrets = set(SECRETS)
    for group in groups:
        known |= {f"{group.name}_{one.name}": one.default for one in group.settings}
        secrets |= {f"{group.name}_{one.name}" for one in group.settings if one.secret}
    values: dict[str, Any] = {}
    for name, text in env.items():
        if not name.startswith(PREFIX) or name == failpoint.NAME:
            continue
        key = name[len(PREFIX) :].lower()
        if key.removesuffix("_file").removeprefix(HOST_SECRET) and key.startswith(HOST_SECRET):
            known[key.removesuffix("_file")] = ""
            secrets.add(key.removesuffix("_file"))
        if key.endswith("_file") and key[:-5] in secrets:
            key, text = key[:-5], _read_secret(name, text)
        if key not in known:
            raise ConfigError(f"{name} is not a setting of wargi; docs/operations.md lists them all")
        if key in values:
            raise ConfigError(f"{PREFIX}{key.upper()} and {PREFIX}{key.upper()}_FILE are both set; keep one")
        if key in secrets and not text.strip():
            raise ConfigError(f"{name} is empty; set it, or remove it to leave that part switched off")
        values[key] = _convert(name, text, known[key])
    own = {one.name: values[one.name] for one in OWN if one.name in values}
    own["port_asked"] = "port" in values
    own["host_secrets"] = {
        key.removeprefix(HOST_SECRET): value for key, value in values.items() if key.startswith(HOST_SECRET)
    }
    if "public_url" in values:
        own["public_url"] = str(values["public_url"]).rstrip("/")
    config = Config(**own, groups={group.name: on for group in groups if (on := _switched_on(group, values))})
    _check(config)
    return config


def _switched_on(group: Group, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The group's settings; None where nothing that it needs is set. A half-set channel would look alive and drop messages."""
    found = {one.name: values.get(f"{group.name}_{one.name}", one.default) for one in group.settings}
    needed = [one.name for one in group.settings if one.needed]
    missing = [name for name in needed if not found[name]]
    if missing and len(missing) < len(needed):
        listed = ", ".join(f"{PREFIX}{group.name}_{name}".upper() for name in missing)
        raise ConfigError(f"{group.title} is half configured: set {listed} too, or remove its other settings")
    return None if missing else found


def _read_secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"{name}: {path} cannot be read ({error.strerror}); check the mount") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{name}: {path} is no UTF-8 text; write the secret itself into it") from None


def _convert(name: str, text: str, default: object) -> object:
    text = text.strip()
    if isinstance(default, Path):
        return Path(text)
    if isinstance(default, int | float):
        try:
            value = type(default)(text)
        except ValueError:
            raise ConfigError(f"{name} must be a number, not {text!r}") from None
        if not 0 <= value < inf:
            raise ConfigError(f"{name} must be a number from 0 up, not {text!r}")
        return value
    return text


def _check(config: Config) -> None:
    if bool(config.mail_url) != bool(config.mail_from):
        missing = PREFIX + ("MAIL_FROM" if config.mail_url else "MAIL_URL")
        raise ConfigError(f"Mail is half configured: set {missing} too, or remove its other settings")
    if config.mail_url and not config.mail_url.startswith(("smtp://", "smtps://")):
        raise ConfigError(
            "WARGI_MAIL_URL must begin with smtp:// or smtps://, for example smtps://user:password@host:465"
        )
    if config.alarm_webhook_url and not config.alarm_webhook_url.startswith(("https://", "http://")):
        raise ConfigError("WARGI_ALARM_WEBHOOK_URL must begin with https:// (or http:// inside your own network)")
    if not config.database_url.startswith(("sqlite:///", "postgresql://")):
        raise ConfigError("WARGI_DATABASE_URL must begin with sqlite:/// or postgresql://")
    if not config.database_url.removeprefix("sqlite:///").partition("?")[0]:
        raise ConfigError("WARGI_DATABASE_URL names no file; write for example sqlite:///data/wargi.db")
    if config.database_url.startswith("postgresql://") and not config.secret_key:
        raise ConfigError("WARGI_SECRET_KEY is required on PostgreSQL, the same in every process")
    if config.public_url and not config.public_url.startswith(("https://", "http://")):
        raise ConfigError("WARGI_PUBLIC_URL must begin with https:// (or http:// on this machine)")
    for one in config.trusted_proxies.replace(",", " ").split():
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise ConfigError(f"WARGI_TRUSTED_PROXIES: {one!r} is no network address such as 10.0.0.0/8") from None
    if config.media_url and not config.media_url.startswith(("file:///", "s3://")):
        raise ConfigError("WARGI_MEDIA_URL must be empty, file:///folder or s3://bucket/prefix")
    if config.second_factor not in FACTORS:
        raise ConfigError(f"WARGI_SECOND_FACTOR must be one of {', '.join(FACTORS)}, not {config.second_factor!r}")
    if config.log_level.lower() not in LEVELS:
        raise ConfigError(f"WARGI_LOG_LEVEL must be one of {', '.join(LEVELS)}, not {config.log_level!r}")
    if config.survey_hours > YEAR:
        raise ConfigError(f"WARGI_SURVEY_HOURS must lie between 0 and {YEAR}, a year")
    if not config.port <= 65535:
        raise ConfigError(f"WARGI_PORT must lie between 0 and 65535, not {config.port}")
