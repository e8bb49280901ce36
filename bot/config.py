"""One frozen `Config`, read once from the environment. Unknown `WARGI_` names, empty secrets and half-set channels refuse to start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_network
from math import inf
from pathlib import Path

from bot.errors import ConfigError

PREFIX = "WARGI_"
ROLES = ("gateway", "worker", "desk")
LEVELS = ("debug", "info", "warning", "error")
SECRETS = frozenset(
    {
        "secret_key",
        "database_url",
        "database_listen_url",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
        "whatsapp_access_token",
        "telegram_token",
        "telegram_secret_token",
        "mail_url",
        "alarm_webhook_secret",
    }
)
"""May be given as `…_FILE`; `wargi doctor` shows only whether they are set."""
YEAR = 8760
"""Hours."""


@dataclass(frozen=True, slots=True)
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
    whatsapp_app_secret: str = ""
    whatsapp_verify_token: str = ""
    whatsapp_access_token: str = ""
    whatsapp_phone_number_id: str = ""
    whatsapp_business_account_id: str = ""
    whatsapp_api_url: str = "https://graph.facebook.com"
    whatsapp_api_version: str = "v26.0"
    whatsapp_rate: float = 80.0
    telegram_token: str = ""
    telegram_secret_token: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    telegram_rate: float = 30.0
    whatsapp_alarm_template: str = ""
    """An approved template with one variable; with it an officer's WhatsApp is reached outside the 24-hour window too."""
    mail_url: str = ""
    mail_from: str = ""
    alarm_webhook_url: str = ""
    alarm_webhook_secret: str = ""
    trusted_proxies: str = ""
    log_level: str = "info"
    survey_hours: float = 72.0
    """Silence after a survey question becomes its own state after so long."""
    window_reminder_hours: float = 23.0
    """So long after a citizen's last message they are asked to reply while they can still be answered; 0 = never."""
    port_asked: bool = False
    """A port was asked for, so none other is taken."""

    @property
    def whatsapp(self) -> bool:
        return bool(self.whatsapp_access_token)

    @property
    def telegram(self) -> bool:
        return bool(self.telegram_token)


def load(env: Mapping[str, str] | None = None) -> Config:
    """Reads `WARGI_…` (and `WARGI_…_FILE` for secrets). Raises `ConfigError` with one sentence."""
    env = os.environ if env is None else env
    known = {field.name: field for field in fields(Config) if field.name != "port_asked"}
    values: dict[str, object] = {}
    for name, text in env.items():
        if not name.startswith(PREFIX):
            continue
        key = name[len(PREFIX) :].lower()
        if key.endswith("_file") and key[:-5] in SECRETS:
            key, text = key[:-5], _read_secret(name, text)
        if key not in known:
            raise ConfigError(f"{name} is not a setting of wargi; docs/operations.md lists them all")
        if key in values:
            raise ConfigError(f"{PREFIX}{key.upper()} and {PREFIX}{key.upper()}_FILE are both set; keep one")
        if key in SECRETS and not text.strip():
            raise ConfigError(f"{name} is empty; set it, or remove it to leave that part switched off")
        values[key] = _convert(name, text, known[key].default)
    values["port_asked"] = "port" in values
    if "public_url" in values:
        values["public_url"] = str(values["public_url"]).rstrip("/")
    config = Config(**values)  # type: ignore[arg-type]
    _check(config)
    return config


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
    _whole(
        "WhatsApp", config, "whatsapp_app_secret whatsapp_verify_token whatsapp_access_token whatsapp_phone_number_id"
    )
    _whole("Telegram", config, "telegram_token telegram_secret_token")
    _whole("Mail", config, "mail_url mail_from")
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
    if config.log_level.lower() not in LEVELS:
        raise ConfigError(f"WARGI_LOG_LEVEL must be one of {', '.join(LEVELS)}, not {config.log_level!r}")
    if config.survey_hours > YEAR:
        raise ConfigError(f"WARGI_SURVEY_HOURS must lie between 0 and {YEAR}, a year")
    if not config.port <= 65535:
        raise ConfigError(f"WARGI_PORT must lie between 0 and 65535, not {config.port}")


def _whole(channel: str, config: Config, names: str) -> None:
    """A half-set channel would look alive and drop messages."""
    missing = [name for name in names.split() if not getattr(config, name)]
    if missing and len(missing) < len(names.split()):
        listed = ", ".join(PREFIX + name.upper() for name in missing)
        raise ConfigError(f"{channel} is half configured: set {listed} too, or remove its other settings")
