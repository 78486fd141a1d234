"""Two worlds in one organisation, lived through the API: a family and a tutor each, who never meet the others.

Every amount is one that nothing else has, every name says whose it is. Every mutation is asked for all that it answers.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from shared.auth.viewer import Role, Viewer
from shared.period import Month
from tests.system.term import KOLKATA, this_month

Act = Callable[..., Awaitable[dict[str, Any]]]
"""Runs a mutation by its name and arguments, as the coordinator unless a viewer is given; gives what it answered."""
Until = Callable[[str], Awaitable[None]]


@cache
def months() -> tuple[Month, Month]:
    """Last month and this one, as the journey finds them when it begins."""
    return this_month().plus(-1), this_month()


@dataclass
class World:
    """`tag` is in every word of it; `family_words` are in those that its tutor may not read either."""

    tag: str
    amounts: Iterator[int]
    parent: str = ""
    children: list[str] = field(default_factory=list)
    tutor: str = ""
    sessions: list[str] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)

    def word(self, what: str) -> str:
        return f"{self.tag} {what}"

    def amount(self) -> dict[str, str]:
        """One that is like no other: some ten thousand rupees and odd paise."""
        minor = next(self.amounts)
        return {"amount": f"{minor // 100}.{minor % 100:02}"}

    @property
    def as_parent(self) -> Viewer:
        return Viewer(self.parent, Role.PARENT)

    @property
    def as_tutor(self) -> Viewer:
        return Viewer(self.tutor, Role.TUTOR)


def worlds() -> tuple[World, World]:
    return World("Wolke", count(7_654_319, 10_007)), World("Berg", count(8_765_437, 20_011))


async def settle(world: World, act: Act) -> None:
    """People, prices, packages and what was agreed."""
    word, amount, tag = world.word, world.amount, world.tag.lower()
    phones = {"wolke": "98400 111", "berg": "98400 222"}
    made = await act("createParent", input={"name": word("Elter"), "email": f"{tag}@eltern.example",
        "phone": f"+91 {phones[tag]}01", "externalRef": f"{tag}-elter"})  # fmt: skip
    world.parent = made["parent"]["id"]
    for name in ("Ida", "Dev"):
        child = {"parentId": world.parent, "name": word(name), "externalRef": f"{tag}-kind-{name}"}
        world.children.append((await act("createChild", input=child))["child"]["id"])
    made = await act("createTutor", input={"name": word("Lehrer"), "email": f"{tag}@lehrer.example",
        "phone": f"+91 {phones[tag]}02", "externalRef": f"{tag}-lehrer"})  # fmt: skip
    world.tutor = made["tutor"]["id"]
    for person in (world.parent, world.children[0], world.tutor):
        await act("updatePerson", input={"id": person})
    offer = {"totalSessions": 4, "pricePerSession": amount(), "name": "Vier Stunden", "validityDays": 400}
    offers = [(await act("createPackageOffer", input=offer))["packageOffer"]["id"] for _ in range(2)]
    await act("withdrawPackageOffer", id=offers[1], reason=word("Grund"))
    bought = {"parentId": world.parent, "discount": {"amount": amount()["amount"]}, "offerId": offers[0]}
    package = (await act("createPackage", input=bought))["sessionPackage"]["id"]
    await act("extendPackage", input={"packageId": package, "expiresOn": "2031-01-01", "reason": word("Verlängerung")})
    await act("reinstatePackage", input={"packageId": package, "expiresOn": "2031-01-02", "reason": word("Grund")})
    rule = {"parentId": world.parent, "label": word("Rabatt"), "validFrom": "2020-01-01"}
    rules = [
        (await act("addDiscountRule", input=rule | size))["discountRule"]["id"]
        for size in ({"percent": "7.5"}, {"amount": amount()}, {"percent": "1.5"})
    ]
    await act("endDiscountRule", input={"id": rules[2], "lastDay": "2020-12-31"})


async def pay_tutor(world: World, act: Act) -> None:
    rate = {"tutorId": world.tutor, "ratePerSession": world.amount(), "addonRate": world.amount()}
    await act("setTutorRate", input=rate | {"validFrom": "2020-01-01"})
    deduction = {
        "tutorId": world.tutor,
        "month": str(months()[0]),
        "amount": world.amount(),
        "label": world.word("Abzug"),
    }
    await act("addPayoutDeduction", input=deduction)


async def teach(world: World, act: Act) -> None:
    """Nine sessions of last month: four for the package, one an add-on, two beyond the package, one rejected, one to
    come late. The family is low, and the alert acknowledged."""
    first = months()[0].starts_at(KOLKATA) + timedelta(hours=10)
    for day in range(9):
        taught = {"childId": world.children[day % 2], "tutorId": world.tutor, "durationMinutes": 45,
            "startsAt": (first + timedelta(days=day)).isoformat(), "externalRef": f"{world.tag}-{day}"}  # fmt: skip
        extra = {"billedAsAddon": True, "addonPrice": world.amount()} if day in (4, 7) else {}
        viewer = world.as_tutor if day == 0 else None
        logged = await act("logSession", viewer, input=taught | extra)
        world.sessions.append(logged["session"]["id"])
    for session in world.sessions[:4]:
        alert = (await act("approveSession", id=session))["lowPackageAlert"]
    await act("acknowledgeAlert", id=alert["id"])
    await act("approveSessions", ids=world.sessions[4:7])
    await act("rejectSession", id=world.sessions[8], reason=world.word("Ablehnung"))
    await act("approveSessions", ids=world.sessions[8:])


async def bring_in(world: World, act: Act) -> None:
    """What other systems bring: nothing is kept, one line is bad."""
    person = {"kind": "PARENT", "externalRef": f"{world.tag}-neu", "name": world.word("Neu")}
    await act("importPeople", input={"lines": [person, person | {"name": ""}], "dryRun": True})
    session = {"externalRef": "x", "child": "nobody", "tutor": world.tutor, "durationMinutes": 60,
        "startsAt": "2026-01-01 10:00"}  # fmt: skip
    await act("importSessions", input={"lines": [session], "dryRun": True})


async def close(act: Act, month: Month, *, early: bool = False) -> None:
    await act("runMonthlyCycle", input={"month": str(month), "early": early, "idempotencyKey": f"close {month}"})
    await act("verifyCycle", month=str(month))


async def go_back(world: World, act: Act) -> None:
    """After last month's close: one session is approved late, an add-on and one of the package are
    reversed, a package is bought."""
    await act("approveSession", id=world.sessions[7])
    for session in (world.sessions[4], world.sessions[0]):
        await act("reverseSession", id=session, reason=world.word("Rücknahme"))
    price = {"totalSessions": 10, "pricePerSession": world.amount(), "childId": world.children[0]}
    await act("createPackage", input={"parentId": world.parent, "idempotencyKey": f"{world.tag} sale", **price})


async def settle_up(world: World, act: Act) -> None:
    """This month's invoice is void, last month's is paid in part, then all of it and more."""
    newest, oldest = world.invoices
    await act("voidInvoice", input={"invoiceId": newest, "reason": world.word("Storno")})
    payment = {"method": "UPI", "reference": world.word("Beleg")}
    await act("recordPayment", input={"invoiceId": oldest, "amount": world.amount(), **payment})
    much = {"amount": {"amount": f"9{world.amount()['amount']}"}, "idempotencyKey": f"{world.tag} receipt"}
    await act("recordPayment", input={"parentId": world.parent, **much, **payment})
    await act("rerenderInvoice", id=oldest)


async def pay_out(act: Act, payouts: list[str], tag: str) -> None:
    await act("markPayoutsProcessed", ids=payouts)
    await act("markPayoutsPaid", input={"ids": payouts, "reference": f"{tag} Überweisung"})
