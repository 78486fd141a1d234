"""A desk in the office: somebody who works with the product, through its gateway and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp

from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.system.product import Gateway

COORDINATOR = Viewer(str(uuid4()), Role.COORDINATOR)
PATIENCE_SECONDS = 60
POLL_SECONDS = 0.05

_MADE = {"createPackageOffer": "packageOffer", "createPackage": "sessionPackage", "logSession": "session"}

APPROVE = """
mutation ($id: ID!) {
  approveSession(id: $id) {
    session { id status coverage billingMonth price { amount } }
    sessionPackage { id usedSessions remaining status }
    lowPackageAlert { id remaining totalSessions status }
  }
}"""
APPROVE_ALL = "mutation ($ids: [ID!]!) { approveSessions(ids: $ids) { outcomes { id code session { status } } } }"
RUN = """
mutation ($input: RunMonthlyCycleInput!) {
  runMonthlyCycle(input: $input) {
    billingCycle {
      id month status sessionsCounted statementsCount payoutsCount sha256
      invoicedTotal { amount } payoutTotal { amount }
    }
  }
}"""
COUNTED = "query ($month: Month!) { previewCycle(month: $month) { sessionsCounted } }"
DOCUMENTS = "query ($month: Month!) { billingCycle(month: $month) { status statementsCount documents { rendered } } }"

T = TypeVar("T")


class Unanswered(Exception):
    """Nobody was there to answer; what was asked for may have happened or not."""


@dataclass(frozen=True)
class Desk:
    gateway: Gateway
    http: aiohttp.ClientSession
    viewer: Viewer = COORDINATOR

    def of(self, viewer: Viewer) -> "Desk":
        """The same desk with somebody else at it."""
        return replace(self, viewer=viewer)

    async def answer(self, query: str, **variables: Any) -> dict[str, Any]:
        """The whole answer, errors and all."""
        _, answer = await self.post("/graphql", {"query": query, "variables": variables})
        return answer

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer's data. Raises Refused when it has errors, Unanswered when a process is not there."""
        answer = await self.answer(query, **variables)
        if answer.get("errors"):
            refused = Refused(answer["errors"])
            raise Unanswered(refused) if refused.code == "UPSTREAM_UNAVAILABLE" else refused
        data: dict[str, Any] = answer["data"]
        return data

    async def post(self, path: str, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of a POST with the viewer's token."""
        authorized = {"Authorization": f"Bearer {self.gateway.token(self.viewer)}", **headers}
        try:
            async with self.http.post(self.gateway.address_of(path), json=body, headers=authorized) as response:
                return response.status, await response.json()
        except aiohttp.ClientError as error:
            raise Unanswered(error) from error

    async def download(self, url: str) -> bytes:
        """What a link leads to; links carry their own proof, so no token is shown."""
        async with self.http.get(url if "://" in url else self.gateway.url + url) as response:
            assert response.status == 200, await response.text()
            return await response.read()

    async def make(self, mutation: str, **fields: Any) -> str:
        """Runs a mutation with one input object; gives the id of what it made."""
        made = _MADE.get(mutation, mutation.removeprefix("create").lower())
        kind = mutation[0].upper() + mutation[1:]
        query = f"mutation ($input: {kind}Input!) {{ {mutation}(input: $input) {{ {made} {{ id }} }} }}"
        made_id: str = (await self.ask(query, input=fields))[mutation][made]["id"]
        return made_id

    async def sell(self, parent: str, sessions: int, price: str, **fields: Any) -> str:
        sold = {"totalSessions": sessions, "pricePerSession": {"amount": price}}
        return await self.make("createPackage", parentId=parent, **sold, **fields)

    async def log(self, child: str, tutor: str, starts_at: datetime, **fields: Any) -> str:
        taught = {"startsAt": starts_at.isoformat(), "durationMinutes": 60}
        return await self.make("logSession", childId=child, tutorId=tutor, **taught, **fields)

    async def approve(self, session: str) -> dict[str, Any]:
        approval: dict[str, Any] = (await self.ask(APPROVE, id=session))["approveSession"]
        return approval

    async def approve_all(self, sessions: list[str]) -> None:
        outcomes = (await self.ask(APPROVE_ALL, ids=sessions))["approveSessions"]["outcomes"]
        assert [outcome["code"] for outcome in outcomes] == [None] * len(sessions)

    async def set_rate(self, tutor: str, rate: str, valid_from: str, addon: str | None = None) -> None:
        agreed = {"tutorId": tutor, "ratePerSession": {"amount": rate}, "validFrom": valid_from}
        query = "mutation ($input: SetTutorRateInput!) { setTutorRate(input: $input) { tutorRate { id } } }"
        await self.ask(query, input=agreed | ({"addonRate": {"amount": addon}} if addon else {}))

    async def add_discount(self, parent: str, percent: str, valid_from: str, **fields: Any) -> None:
        query = """mutation ($input: AddDiscountRuleInput!) {
          addDiscountRule(input: $input) { discountRule { id } } }"""
        rule = {"parentId": parent, "label": "Sibling discount", "percent": percent, "validFrom": valid_from}
        await self.ask(query, input=rule | fields)

    async def run(self, month: str, **fields: Any) -> dict[str, Any]:
        """The month's cycle, closed."""
        cycle: dict[str, Any] = (await self.ask(RUN, input={"month": month, **fields}))["runMonthlyCycle"][
            "billingCycle"
        ]
        return cycle

    async def until_counted(self, month: str, sessions: int) -> None:
        """Until billing, which hears of approvals after they are answered, has heard of so many of the month."""

        async def are_counted() -> bool:
            preview = (await self.ask(COUNTED, month=month))["previewCycle"]
            return bool(preview["sessionsCounted"] == sessions)

        await until(are_counted)

    async def until_closed(self, month: str) -> None:
        """Until the month is closed, without asking for it."""

        async def is_closed() -> bool:
            closed: bool = (await self._cycle(month))["status"] == "CLOSED"
            return closed

        await until(is_closed)

    async def until_rendered(self, month: str) -> None:
        """Until each invoice of the closed month has its PDF."""

        async def is_rendered() -> bool:
            cycle = await self._cycle(month)
            return bool(cycle["documents"]["rendered"] == cycle["statementsCount"])

        await until(is_rendered)

    async def _cycle(self, month: str) -> dict[str, Any]:
        cycle: dict[str, Any] = (await self.ask(DOCUMENTS, month=month))["billingCycle"]
        return cycle


async def until(
    condition: Callable[[], Awaitable[bool]],
    poll_seconds: float = POLL_SECONDS,
    within_seconds: float = PATIENCE_SECONDS,
) -> None:
    """Polls until the condition holds. Raises TimeoutError when it does not in time."""
    async with asyncio.timeout(within_seconds):
        while not await condition():
            await asyncio.sleep(poll_seconds)


@asynccontextmanager
async def at_desk(gateway: Gateway) -> AsyncIterator[Desk]:
    """The coordinator's desk."""
    async with aiohttp.ClientSession() as http:
        yield Desk(gateway, http)
