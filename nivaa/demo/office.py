"""The coordinator's office: does an action of the demo, through the gateway, as often as it is told to."""

import asyncio
from functools import singledispatchmethod
from typing import Any

from nivaa.cycle import run_cycle
from nivaa.demo.actions import (
    Action,
    ApproveSessions,
    PayPayouts,
    ProcessPayouts,
    RejectSession,
    ReverseSession,
    RunMonthlyCycle,
    VoidInvoice,
)
from nivaa.demo.mutations import Ids, mutation_of
from nivaa.gateway import Gateway
from shared.errors import NivaaError
from shared.period import Month

APPROVE = "mutation Approve($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { id code message } } }"
STATUS = "query Status($id: ID!) { session(id: $id) { status } }"
REJECT = "mutation Reject($id: ID!, $reason: String!) { rejectSession(id: $id, reason: $reason) { session { id } } }"
REVERSE = """
mutation Reverse($id: ID!, $reason: String!, $key: String!) {
  reverseSession(id: $id, reason: $reason, idempotencyKey: $key) { session { id } }
}"""
PAYOUTS = """
query Payouts($month: Month!) {
  payouts(filter: { month: $month }, first: 100) { nodes { id status tutor { id } } }
}"""
PROCESSED = "mutation Processed($ids: [ID!]!) { markPayoutsProcessed(ids: $ids) { payouts { id } } }"
PAID = "mutation Paid($input: MarkPayoutsPaidInput!) { markPayoutsPaid(input: $input) { payouts { id } } }"

INVOICE = """
query Invoice($month: Month!, $parent: ID!) {
  invoices(filter: { month: $month, parentId: $parent }, first: 1) { nodes { id } }
}"""
VOID = "mutation Void($input: VoidInvoiceInput!) { voidInvoice(input: $input) { invoice { id } } }"
_INVOICE_PATIENCE_SECONDS = 30.0
_INVOICE_PAUSE_SECONDS = 0.1


class Office:
    """Every action can be done again: keys and references make the second time return the first one's result."""

    def __init__(self, gateway: Gateway, ids: Ids) -> None:
        self._gateway = gateway
        self._ids = ids

    @singledispatchmethod
    async def do(self, action: Action) -> str | None:
        """The identifier of what the action made, if it made something that others mean. Raises Refused."""
        mutation = mutation_of(action, self._ids)
        return mutation.made(await self._gateway.ask(mutation.document, input=mutation.values))

    @do.register
    async def _(self, action: ApproveSessions) -> None:
        data = await self._gateway.ask(APPROVE, ids=[self._ids[key] for key in action.sessions])
        refused = [outcome for outcome in data["approveSessions"]["outcomes"] if outcome["code"]]
        if refused:
            raise NivaaError(f"{action.key}: {refused[0]['message']}")

    @do.register
    async def _(self, action: RejectSession) -> None:
        session = self._ids[action.session]
        status = (await self._gateway.ask(STATUS, id=session))["session"]["status"]
        if status == "LOGGED":
            await self._gateway.ask(REJECT, id=session, reason=action.reason)

    @do.register
    async def _(self, action: ReverseSession) -> None:
        await self._gateway.ask(REVERSE, id=self._ids[action.session], reason=action.reason, key=action.key)

    @do.register
    async def _(self, action: RunMonthlyCycle) -> None:
        await run_cycle(self._gateway, action.month, action.key)

    @do.register
    async def _(self, action: ProcessPayouts) -> None:
        pending = [payout["id"] for payout in await self._payouts(action.month) if payout["status"] == "PENDING"]
        if pending:
            await self._gateway.ask(PROCESSED, ids=pending)

    @do.register
    async def _(self, action: PayPayouts) -> None:
        tutors = {self._ids[key] for key in action.tutors}
        ids = [payout["id"] for payout in await self._payouts(action.month) if payout["tutor"]["id"] in tutors]
        if ids:
            payment = {"ids": ids, "reference": action.reference, "idempotencyKey": action.key}
            await self._gateway.ask(PAID, input=payment)

    @do.register
    async def _(self, action: VoidInvoice) -> None:
        invoice = await self._invoice(action)
        await self._gateway.ask(
            VOID, input={"invoiceId": invoice, "reason": action.reason, "idempotencyKey": action.key}
        )

    async def _invoice(self, action: VoidInvoice) -> str:
        """The cycle's parts are on their way to invoicing when it has just been closed."""
        async with asyncio.timeout(_INVOICE_PATIENCE_SECONDS):
            while True:
                data = await self._gateway.ask(INVOICE, month=str(action.month), parent=self._ids[action.parent])
                for invoice in data["invoices"]["nodes"]:
                    identifier: str = invoice["id"]
                    return identifier
                await asyncio.sleep(_INVOICE_PAUSE_SECONDS)

    async def _payouts(self, month: Month) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = (await self._gateway.ask(PAYOUTS, month=str(month)))["payouts"]["nodes"]
        return nodes
