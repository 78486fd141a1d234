"""The daily job, run hourly: it follows the organisation's midnight in any time zone, and a start after a pause."""

import asyncio

import structlog

from services.packages.use_cases.expire_packages import expire_packages
from services.packages.work import PackagesWork

log = structlog.get_logger()

PAUSE_SECONDS = 3_600


async def keep_expiring(work: PackagesWork) -> None:
    """Until cancelled."""
    while True:
        expired = await expire_packages(work)
        if expired:
            log.info("packages expired", packages=expired)
        await asyncio.sleep(PAUSE_SECONDS)
