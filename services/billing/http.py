"""`POST /billing/run-monthly`: the same run as the mutation `runMonthlyCycle`, for callers without GraphQL."""

from collections.abc import Sequence

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.billing.reads import cycles_by_id
from services.billing.use_cases.run_monthly_cycle import run_monthly_cycle
from services.billing.use_cases.start_closing import NewRun
from services.billing.work import BillingWork
from shared.auth.gate import viewer_of
from shared.auth.viewer import Role
from shared.database.outage import refusal_for
from shared.errors import Forbidden, InvalidInput
from shared.http import fault_response, refusal_response
from shared.period import Month

log = structlog.get_logger()


class RunMonthly(msgspec.Struct, forbid_unknown_fields=True):
    """The request's body."""

    month: str
    early: bool = False


def routes(work: BillingWork) -> Sequence[Route]:
    async def run_monthly(request: Request) -> Response:
        try:
            return await _run(work, request)
        except Exception as error:
            if refusal := refusal_for(error):
                return refusal_response(refusal)
            log.exception("request failed")
            return fault_response()

    return [Route("/billing/run-monthly", run_monthly, methods=["POST"])]


async def _run(work: BillingWork, request: Request) -> JSONResponse:
    viewer = viewer_of(request)
    if viewer.role is not Role.COORDINATOR:
        raise Forbidden("only coordinators run cycles")
    asked = _asked(await request.body())
    run = NewRun(month=Month.parse(asked.month), early=asked.early)
    cycle_id = await run_monthly_cycle(work, run, request.headers.get("Idempotency-Key"), viewer.subject)
    row = (await cycles_by_id(work.database, [cycle_id]))[cycle_id]
    # Counts and the hash; the totals are money, and the freeze is decided where GraphQL shows them.
    return JSONResponse(
        {
            "id": str(cycle_id),
            "month": row["month"],
            "status": row["status"],
            "closedAt": row["closed_at"].isoformat(),
            "closedBy": row["closed_by"],
            "sessionsCounted": row["sessions_counted"],
            "statementsCount": row["statements_count"],
            "payoutsCount": row["payouts_count"],
            "sha256": row["sha256"],
        }
    )


def _asked(body: bytes) -> RunMonthly:
    try:
        return msgspec.json.decode(body, type=RunMonthly)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f'the body is JSON like {{"month": "2026-10", "early": false}}: {error}') from None
