"""A month's cycle in the terminal: run it, preview it, show it, verify it, watch its invoices being rendered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from nivaa.gateway import Gateway, Refused
from shared.period import Month

_SECONDS_WITHOUT_PROGRESS = 10.0

RUN = "mutation Run($input: RunMonthlyCycleInput!) { runMonthlyCycle(input: $input) { billingCycle { id } } }"
CYCLE = """
query Cycle($month: Month!) {
  billingCycle(month: $month) {
    status closedAt sessionsCounted statementsCount payoutsCount
    invoicedTotal { display } payoutTotal { display } sha256
  }
}"""
VERIFY = """
mutation Verify($month: Month!) {
  verifyCycle(month: $month) { matches sha256 recomputedSha256 billingCycle { closedAt closedBy } }
}"""
PREVIEW = """
query Preview($month: Month!) {
  previewCycle(month: $month) {
    sessionsCounted statementsCount payoutsCount
    invoicedTotal { display } payoutTotal { display } sha256
    blockers { tutorName sessions }
  }
}"""
PROGRESS = """
subscription Progress($month: Month!) {
  cycleProgress(month: $month) { statements documents { rendered failed } }
}"""


async def run_cycle(gateway: Gateway, month: Month, idempotency_key: str | None = None) -> None:
    """Closes the month, however long that takes; changes nothing when it is closed already. Raises Refused."""
    while True:
        try:
            await gateway.ask(RUN, input={"month": str(month), "idempotencyKey": idempotency_key})
        except Refused as refused:
            if refused.code != "CYCLE_IN_PROGRESS" or "missing" in refused.errors[0]["extensions"]:
                raise
        else:
            return


async def show_cycle(console: Console, gateway: Gateway, month: Month, zone: ZoneInfo) -> None:
    cycle = (await gateway.ask(CYCLE, month=str(month)))["billingCycle"]
    closed = ("closed at", _moment(cycle["closedAt"], zone))
    _show(console, f"cycle {month}", [("status", cycle["status"]), closed, *_totals(cycle)])


async def show_preview(console: Console, gateway: Gateway, month: Month) -> None:
    preview = (await gateway.ask(PREVIEW, month=str(month)))["previewCycle"]
    blockers = [
        ("blocked by", f"{blocker['tutorName']} has no rate ({_counted(blocker['sessions'], 'session')})")
        for blocker in preview["blockers"]
    ]
    _show(console, f"preview of {month}", [*_totals(preview), *blockers])


async def verify_cycle(console: Console, gateway: Gateway, month: Month, zone: ZoneInfo) -> bool:
    """Whether the closed month's rows still give the hash that its close stored. Raises Refused."""
    found = (await gateway.ask(VERIFY, month=str(month)))["verifyCycle"]
    cycle = found["billingCycle"]
    rows = [
        ("closed at", _moment(cycle["closedAt"], zone)),
        ("closed by", cycle["closedBy"]),
        ("stored", found["sha256"]),
        ("computed", found["recomputedSha256"]),
    ]
    _show(console, f"{month} {'is as it was closed' if found['matches'] else 'is NOT as it was closed'}", rows)
    return bool(found["matches"])


def _moment(value: str | None, zone: ZoneInfo) -> str | None:
    """On the organisation's wall clock."""
    return datetime.fromisoformat(value).astimezone(zone).isoformat(" ", "seconds") if value else None


def _counted(number: int, one: str) -> str:
    return f"{number} {one}{'' if number == 1 else 's'}"


def _totals(counted: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("sessions", counted["sessionsCounted"]),
        ("statements", counted["statementsCount"]),
        ("invoiced", counted["invoicedTotal"]["display"]),
        ("payouts", counted["payoutsCount"]),
        ("to pay out", counted["payoutTotal"]["display"]),
        ("sha256", counted["sha256"]),
    ]


def _show(console: Console, title: str, rows: list[tuple[str, Any]]) -> None:
    console.print(f"[bold]{title}[/]")
    table = Table.grid(padding=(0, 3))
    for label, value in rows:
        table.add_row(label, "" if value is None else str(value))
    console.print(table)


async def watch_documents(console: Console, gateway: Gateway, month: Month) -> None:
    """Until every invoice is rendered or has failed; what makes no progress is left to the background."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    statements = settled = failed = 0
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"Rendering the invoices of {month}", total=None)
        async for progress in _while_it_progresses(gateway.follow(PROGRESS, month=str(month))):
            documents = progress["cycleProgress"]["documents"]
            statements, failed = progress["cycleProgress"]["statements"] or 0, documents["failed"]
            settled = documents["rendered"] + failed
            bar.update(task, total=statements, completed=settled)
    if failed:
        console.print(f"[red]{_counted(failed, 'invoice')} could not be rendered.[/] Tried again later.")
    if settled < statements:
        console.print(f"Still to be rendered in the background: {_counted(statements - settled, 'invoice')}.")


async def _while_it_progresses(
    events: AsyncGenerator[dict[str, Any], None],
) -> AsyncGenerator[dict[str, Any], None]:
    async with aclosing(events):
        with suppress(TimeoutError, StopAsyncIteration):
            while True:
                async with asyncio.timeout(_SECONDS_WITHOUT_PROGRESS):
                    event = await anext(events)
                yield event
