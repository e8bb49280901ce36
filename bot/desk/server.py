"""How this server was set up, which channels live, and the pictures that lead citizens to them: to be seen here, and changed by whoever
runs the server (docs/operations.md)."""

import re
from typing import Any

import yarl
from aiohttp import web

from bot import clock, probe
from bot.config import HOST_SECRET, OWN, PREFIX, SECRETS, Config
from bot.desk import page, qr
from bot.desk.show import N_
from bot.message import clean
from bot.record import record
from bot.registry import ADAPTERS
from bot.store import outages
from bot.triage.phone import phone
from bot.web import keys

# fmt: off
ABOUT = {
    "database_url": N_("Basis data"), "database_listen_url": N_("Alamat langsung basis data, bila yang lain lewat pooler"),
    "data_dir": N_("Folder berkas warga dan kunci server"), "host": N_("Alamat yang didengarkan"), "port": N_("Pintu yang didengarkan"),
    "public_url": N_("Alamat layanan ini bagi warga"), "secret_key": N_("Kunci yang menyegel nomor identitas"),
    "flows_dir": N_("Folder isi bot saat server mulai"), "locales_dir": N_("Folder terjemahan saat server mulai"),
    "whatsapp_alarm_template": N_("Templat WhatsApp untuk memanggil petugas"), "mail_url": N_("Server surel"),
    "mail_from": N_("Pengirim surel"), "alarm_webhook_url": N_("Sistem lain yang dikabari panggilan darurat"),
    "alarm_webhook_secret": N_("Tanda tangan untuk sistem itu"), "media_url": N_("Tempat berkas warga"),
    "trusted_proxies": N_("Perantara yang dipercaya"), "log_level": N_("Rincian catatan server"),
    "survey_hours": N_("Penilaian ditunggu sekian jam"),
    "window_reminder_hours": N_("Warga diminta membalas setelah sekian jam, sebelum jendela WhatsApp tertutup"),
    "second_factor": N_("Kunci kedua wajib bagi"),
}
WHAT = {
    "reachable": N_("alamat kita terjangkau"), "token": N_("kunci akses"), "subscribed": N_("terdaftar"), "updates": N_("jenis kabar"),
    "pending": N_("kabar yang menunggu"), "last error": N_("kesalahan terakhir"), "number": N_("nomor"), "quality": N_("mutu"),
    "platform": N_("platform"), "callback": N_("alamat kabar"), "gateway": N_("gerbang SMS"),
}
# fmt: on
_TELEGRAM = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")


@record
class Row:
    """One setting of the environment, as it may be shown."""

    name: str
    about: str
    value: str
    secret: bool
    usual: bool


def rows(config: Config) -> list[Row]:
    found = [
        _row(one.name, ABOUT.get(one.name, ""), getattr(config, one.name), one.default, one.name in SECRETS)
        for one in OWN
    ]
    return found + [Row(f"{PREFIX}{HOST_SECRET}{name}".upper(), "", "", True, False) for name in config.host_secrets]


def _row(name: str, about: str, value: Any, usual: Any, secret: bool) -> Row:
    """Of a secret nobody learns more than whether it is there."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    shown = ("***" if value else "") if secret else text if name == "public_url" else _plain(text)
    return Row(f"{PREFIX}{name}".upper(), about, shown, secret, value == usual)


def _plain(text: str) -> str:
    """Addresses often carry a key in their path, too."""
    if not text.startswith(("http://", "https://", "s3://")):
        return text
    try:
        address = yarl.URL(text)
        return f"{address.scheme}://{address.host or ''}{f':{address.explicit_port}' if address.explicit_port else ''}"
    except ValueError:
        return "…"


async def server_page(request: web.Request) -> web.Response:
    return await _show(request)


async def check(request: web.Request) -> web.Response:
    """Asks the platforms now, as `wargi channel check` does; nothing is changed by it."""
    house, config = request.config_dict[keys.HOUSE], request.config_dict[keys.CONFIG]
    return await _show(request, await probe.check(config, house.public_url))


async def _show(request: web.Request, looked: list[probe.Looked] | None = None) -> web.Response:
    config, house = request.config_dict[keys.CONFIG], request.config_dict[keys.HOUSE]
    async with request.config_dict[keys.DB].read() as conn:
        wrong = await outages.open_ones(conn)
    channels = []
    for name, adapter in ADAPTERS.items():
        live, own = house.channels.get(name), config.groups.get(name, {})
        settings = [
            _row(f"{name}_{each.name}", "", own.get(each.name, ""), each.default, each.secret)
            for each in adapter.settings
        ]
        needed = [f"{PREFIX}{name}_{each.name}".upper() for each in adapter.settings if each.needed]
        faults = [each for each in wrong if live and each["name"].endswith(live.account)]
        channels.append((adapter, live, settings if own else [], needed, faults))
    others = [each for each in wrong if not any(each in faults for *_, faults in channels)]
    return page.render(
        request, "server.html", rows=rows(config), channels=channels, looked=looked, others=others, what=WHAT, now=clock.now(),
    )  # fmt: skip


# -- the way in, as pictures -----------------------------------------------------------------------


async def poster(request: web.Request) -> web.Response:
    """What hangs at a counter. Our number and the bot's name are typed: the platforms keep them, not this server."""
    config, house = request.config_dict[keys.CONFIG], request.config_dict[keys.HOUSE]
    asked = {name: clean(request.query.get(name), 60).strip() for name in ("wa", "tg", "judul")}
    number, bot = phone(asked["wa"]) or "", asked["tg"].removeprefix("https://t.me/").removeprefix("@")
    wrong = [N_("Nomor WhatsApp itu bukan nomor telepon.")] if asked["wa"] and not number else []
    if asked["tg"] and not _TELEGRAM.fullmatch(bot):
        wrong, bot = [*wrong, N_("Nama bot Telegram memakai huruf, angka, dan garis bawah, paling sedikit lima.")], ""
    links = [("WhatsApp", f"https://wa.me/{number.lstrip('+')}")] if number else []
    links += [("Telegram", f"https://t.me/{bot}")] if bot else []
    links += [(N_("Obrolan web"), f"{(config.public_url or house.public_url).rstrip('/')}/chat")]
    if sender := str(config.groups.get("sms", {}).get("sender", "")):
        links.append(("SMS", f"sms:{sender}"))
    return page.render(
        request, "poster.html", 422 if wrong else 200, asked=asked, wrong=wrong, public=bool(config.public_url),
        links=[(name, link, qr.svg(link)) for name, link in links],
    )  # fmt: skip
