"""How many requests a minute somebody may make: a subject by its token, whoever has none by the address."""

import ipaddress
import time
from dataclasses import dataclass
from math import ceil

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from services.gateway.domain.errors import TooManyRequests

log = structlog.get_logger()

MEMORY = "memory"
PAUSE_SECONDS = 5.0
_REDIS_TIMEOUT_SECONDS = 0.5


def open_storage(url: str) -> Storage:
    """`memory://`: of this process. `redis://`: shared by all that name the same."""
    if url.startswith(MEMORY):
        return MemoryStorage()
    patience = {"socket_timeout": _REDIS_TIMEOUT_SECONDS, "socket_connect_timeout": _REDIS_TIMEOUT_SECONDS}
    return RedisStorage(f"async+{url}", wrap_exceptions=True, implementation="redispy", key_prefix="nivaa", **patience)


@dataclass(frozen=True, slots=True)
class PerMinute:
    """0 is no limit."""

    subject: int
    address: int


class Rates:
    """While a shared storage does not answer, this process counts for itself."""

    def __init__(self, storage: Storage, allowed: PerMinute) -> None:
        self._shared = FixedWindowRateLimiter(storage)
        self._own = FixedWindowRateLimiter(MemoryStorage())
        self._is_shared = not isinstance(storage, MemoryStorage)
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
        if time.monotonic() >= self._shared_again_at:
            try:
                return await _hit(self._shared, item, kind, who, requests)
            except StorageError as error:
                log.warning("rates_counted_alone", error=type(error.storage_error).__name__)
                self._shared_again_at = time.monotonic() + PAUSE_SECONDS
        return await _hit(self._own, item, kind, who, requests)


async def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, kind: str, who: str, requests: int) -> None:
    if await limiter.hit(item, kind, who, cost=requests):
        return
    stats = await limiter.get_window_stats(item, kind, who)
    raise TooManyRequests(
        f"at most {item.amount} requests a minute",
        allowed=item.amount,
        retryAfterSeconds=max(1, ceil(stats.reset_time - time.time())),
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
