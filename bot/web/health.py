"""For machines: is it alive, is it ready, how is it doing."""

from datetime import UTC, datetime
from math import inf, nan

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import clock
from bot.config import Config
from bot.errors import StoreDown
from bot.metrics import Metrics
from bot.store import agencies, alarms, backup, boxes, media, spool
from bot.web.keys import CONFIG, DB, DOOR, METRICS, ROLES


def setup(app: web.Application) -> None:
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


async def healthz(request: web.Request) -> web.Response:
    """The process turns its event loop; says nothing about the database, so that a dead one does not restart every process."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """The database answers; or this process takes webhooks and its spool keeps them until it does."""
    door = request.app[DOOR]
    try:
        async with request.app[DB].read() as conn:
            await boxes.oldest(conn)
    except StoreDown:
        keeps = "gateway" in request.app[ROLES] and not door.full
        return web.json_response({"status": "spooling" if keeps else "database"}, status=200 if keeps else 503)
    return web.json_response({"status": "spooling" if door.spooling else "ok"})


async def metrics(request: web.Request) -> web.Response:
    """Prometheus text; the lags are read now."""
    gauges = request.app[METRICS]
    now, kept = clock.now(), spool.look(request.app[CONFIG].data_dir / spool.FOLDER)
    gauges.spool_size.set(kept.size)
    gauges.spool_age.set((now - kept.since).total_seconds() if kept.since else 0)
    gauges.spool_damaged.set(kept.damaged)
    _copies(request.app[CONFIG], gauges)
    try:
        async with request.app[DB].read() as conn:
            waiting, unsent = await boxes.oldest(conn)
            calling, on_duty, _ = await alarms.unacknowledged(conn, clock.now())
            files, oldest = await media.waiting(conn)
            due, doubtful = await boxes.overdue(conn)
            untold = await agencies.oldest(conn)
        now = clock.now()
        gauges.on_duty.set(on_duty)
        gauges.alarms.set(len(calling))
        gauges.alarm_age.set((now - calling[0]["raised_at"]).total_seconds() if calling else 0)
        gauges.inbox_lag.set((now - waiting).total_seconds() if waiting else 0)
        gauges.outbox_lag.set(max(0.0, (now - _time_of(unsent)).total_seconds()) if unsent else 0)
        gauges.timer_lag.set(max(0.0, (now - due).total_seconds()) if due else 0)
        gauges.agency_lag.set((now - untold).total_seconds() if untold else 0)
        gauges.unknown.set(doubtful)
        gauges.media_pending.set(files)
        gauges.media_lag.set((now - oldest).total_seconds() if oldest else 0)
    except StoreDown:
        gauges.inbox_lag.set(nan)  # unknown, which is not none
        gauges.outbox_lag.set(nan)
        gauges.timer_lag.set(nan)
        gauges.agency_lag.set(nan)
        gauges.media_pending.set(nan)
        gauges.media_lag.set(nan)
    return web.Response(body=generate_latest(gauges.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _copies(config: Config, gauges: Metrics) -> None:
    gauges.backup_allowed.set(60 * config.backup_minutes)
    newest = backup.newest(config.backups)
    gauges.backup_age.set((clock.now() - newest).total_seconds() if newest else inf)


def _time_of(id_: bytes) -> datetime:
    """A UUIDv7 begins with its milliseconds."""
    return datetime.fromtimestamp(int.from_bytes(id_[:6], "big") / 1000, UTC)
