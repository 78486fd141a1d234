"""How many requests a minute somebody may make: a subject by its token, whoever has none by the address."""

import ipaddress
import time
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from services.gateway.domain.errors import TooManyRequests

log = structlog.get_logger()

MEMORY = "memory"
PAUSE_SECONDS = 5.0
_REDIS_TIMEOUT_SECONDS = 0.5
_MINUTE_SECONDS = 60.0


def open_storage(url: str) -> Storage | None:
    """`redis://`: shared by all that name the same. `memory://`: none, each process counts for itself."""
    if url.startswith(MEMORY):
        return None
    patience = {"socket_timeout": _REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": _REDIS_TIMEOUT_SECONDS}
    return RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="nivaa", **patience)


@dataclass(frozen=True, slots=True)
class PerMinute:
    """0 is no limit."""

    subject: int
    address: int


class Rates:
    """While a shared storage does not answer, this process counts for itself."""

    def __init__(self, storage: Storage | None, allowed: PerMinute) -> None:
        self._shared = FixedWindowRateLimiter(storage) if storage else None
        self._own = OwnMinutes()
        self._shared_again_at = 0.0
        self._by_subject = _item(allowed.subject)
        self._by_address = _item(allowed.address)

    async def count_subject(self, subject: str, requests: int = 1) -> None:
        """Raises TooManyRequests."""
        await self._count(self._by_subject, "subject", subject, requests)

    async def count_address(self, address: str) -> None:
        """Raises TooManyRequests."""
        await self._count(self._by_address, "address", _network(address), 1)

    async def _count(self, item: RateLimitItem | None, kind: str, who: str, requests: int) -> None:
        if item is None:
            return None
        if self._shared and time.monotonic() >= self._shared_again_at:
            try:
                return await _hit(self._shared, item, kind, who, requests)
            except StorageError as error:
                log.warning("rates_counted_alone", error=type(error.storage_error).__name__)
                self._shared_again_at = time.monotonic() + PAUSE_SECONDS
        return self._own.count((kind, who), requests, item.amount, time.monotonic())


class OwnMinutes:
    """What this process has counted: a minute for each, from its first request on.

    The library has such a storage too, which starts a task and takes a lock for each request.
    """

    def __init__(self) -> None:
        self._minutes: OrderedDict[tuple[str, str], _Minute] = OrderedDict()

    def count(self, who: tuple[str, str], requests: int, allowed: int, now: float) -> None:
        """`now` is in seconds from whenever. Raises TooManyRequests."""
        minute = self._minutes.get(who)
        if minute is None or minute.ends_at <= now:
            self._forget(now)
            minute = self._minutes[who] = _Minute(now + _MINUTE_SECONDS)
        minute.requests += requests
        if minute.requests > allowed:
            raise _too_many(allowed, minute.ends_at - now)

    def _forget(self, now: float) -> None:
        """All last equally long: those that are over are the first ones."""
        while self._minutes and next(iter(self._minutes.values())).ends_at <= now:
            self._minutes.popitem(last=False)

    def __len__(self) -> int:
        return len(self._minutes)


@dataclass(slots=True)
class _Minute:
    ends_at: float
    requests: int = 0


async def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, kind: str, who: str, requests: int) -> None:
    if not await limiter.hit(item, kind, who, cost=requests):
        stats = await limiter.get_window_stats(item, kind, who)
        raise _too_many(item.amount, stats.reset_time - time.time())


def _too_many(allowed: int, seconds_left: float) -> TooManyRequests:
    return TooManyRequests(
        f"at most {allowed} requests a minute", allowed=allowed, retryAfterSeconds=max(1, ceil(seconds_left))
    )


def _item(per_minute: int) -> RateLimitItem | None:
    return RateLimitItemPerMinute(per_minute) if per_minute else None


def _network(address: str) -> str:
    """Who has one address of IPv6 has the 64 bits after its network too."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else str(ipaddress.ip_network((parsed, 64), strict=False))
