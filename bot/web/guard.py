"""What stands before every page that needs no sign-in: who asks, from where, and how often."""

import ipaddress
from collections import OrderedDict
from urllib.parse import urlsplit

from aiohttp import web

from bot import clock
from bot.config import Config

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Buckets:
    """A token bucket for each name: `burst` at once, then `rate` a second. Of this process only: that is enough against
    a flood, and a restart forgives everybody."""

    def __init__(self, burst: float, rate: float, most: int = 50_000) -> None:
        self._burst, self._rate, self._most = burst, rate, most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, name: str) -> float:
        """0 when `name` may pass now, else the seconds until it may. Takes nothing."""
        level, at = self._levels.get(name, (self._burst, 0.0))
        level = min(self._burst, level + (clock.monotonic() - at) * self._rate)
        return 0.0 if level >= 1 else (1 - level) / self._rate

    def take(self, name: str) -> float:
        """As `wait`, and counts it when it may pass."""
        wait = self.wait(name)
        if not wait:
            now = clock.monotonic()
            level, at = self._levels.pop(name, (self._burst, now))
            self._levels[name] = (min(self._burst, level + (now - at) * self._rate) - 1, now)
            if len(self._levels) > self._most:  # asked longest ago, so most likely full again
                self._levels.popitem(last=False)
        return wait


class Proxies:
    """Whose `X-Forwarded-For` counts."""

    def __init__(self, trusted: str) -> None:
        self._trusted: list[Network] = [
            ipaddress.ip_network(one, strict=False) for one in trusted.replace(",", " ").split()
        ]

    def client(self, request: web.BaseRequest) -> str:
        """The network address of who asks: walks back from the nearest hop while hops are trusted. IPv6 by its /64,
        which is what one household has."""
        hops = [hop.strip() for value in request.headers.getall("X-Forwarded-For", []) for hop in value.split(",")]
        asker = _address(request.remote or "")
        while hops and asker is not None and any(asker in network for network in self._trusted):
            earlier = _address(hops.pop())
            if earlier is None:
                break
            asker = earlier
        if asker is None:
            return "unknown"
        return str(ipaddress.ip_network((asker, 64), strict=False)) if asker.version == 6 else str(asker)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def same_origin(request: web.Request, config: Config) -> bool:
    """Is this change asked for by our own page? A request that names neither its site nor its origin is refused."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", "")).netloc.lower()
    return origin != "" and origin in {request.host.lower(), urlsplit(config.public_url).netloc.lower()}
