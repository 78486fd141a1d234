"""A month's cycle in the terminal: run it, preview it, show it, verify it, watch its invoices being rendered."""

import asyncio
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from nivaa.gateway import Gateway
from shared.period import Month

_POLL_SECONDS = 0.2
_POLLS_WITHOUT_PROGRESS = 50

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
DOCUMENTS = """
query Documents($month: Month!) {
  billingCycle(month: $month) { statementsCount documents { rendered failed } }
}"""


async def run_cycle(gateway: Gateway, month: Month, idempotency_key: str | None = None) -> None:
    """Closes the month; changes nothing when it is closed already. Raises Refused."""
    await gateway.ask(RUN, input={"month": str(month), "idempotencyKey": idempotency_key})


async def show_cycle(console: Console, gateway: Gateway, month: Month) -> None:
    cycle = (await gateway.ask(CYCLE, month=str(month)))["billingCycle"]
    _show(console, f"cycle {month}", [("status", cycle["status"]), ("closed at", cycle["closedAt"]), *_totals(cycle)])


async def show_preview(console: Console, gateway: Gateway, month: Month) -> None:
    preview = (await gateway.ask(PREVIEW, month=str(month)))["previewCycle"]
    blockers = [
        ("blocked by", f"{blocker['tutorName']} has no rate ({blocker['sessions']} sessions)")
        for blocker in preview["blockers"]
    ]
    _show(console, f"preview of {month}", [*_totals(preview), *blockers])


async def verify_cycle(console: Console, gateway: Gateway, month: Month) -> bool:
    """Whether the closed month's rows still give the hash that its close stored. Raises Refused."""
    found = (await gateway.ask(VERIFY, month=str(month)))["verifyCycle"]
    cycle = found["billingCycle"]
    rows = [
        ("closed at", cycle["closedAt"]),
        ("closed by", cycle["closedBy"]),
        ("stored", found["sha256"]),
        ("computed", found["recomputedSha256"]),
    ]
    _show(console, f"{month} {'is as it was closed' if found['matches'] else 'is NOT as it was closed'}", rows)
    return bool(found["matches"])


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
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"Rendering the invoices of {month}", total=None)
        statements = settled = failed = polls_without_progress = 0
        while polls_without_progress < _POLLS_WITHOUT_PROGRESS:
            statements, settled, failed = await _settled(gateway, month)
            polls_without_progress = 0 if settled > progress.tasks[task].completed else polls_without_progress + 1
            progress.update(task, total=statements, completed=settled)
            if settled >= statements:
                break
            await asyncio.sleep(_POLL_SECONDS)
    if failed:
        console.print(f"[red]{failed} invoices could not be rendered.[/] They are tried again.")
    if settled < statements:
        console.print(f"{statements - settled} invoices wait to be rendered in the background.")


async def _settled(gateway: Gateway, month: Month) -> tuple[int, int, int]:
    """How many invoices there will be, how many are rendered or failed, how many of those failed."""
    cycle = (await gateway.ask(DOCUMENTS, month=str(month)))["billingCycle"]
    documents = cycle["documents"]
    return cycle["statementsCount"], documents["rendered"] + documents["failed"], documents["failed"]
