"""Actions as mutations of the public schema: what each is called, what it sends, what it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from nivaa.demo.actions import (
    Action,
    AddDiscountRule,
    AddPayoutDeduction,
    CreateChild,
    CreatePackage,
    CreatePackageOffer,
    CreateParent,
    CreateTutor,
    ExtendPackage,
    LogSession,
    Person,
    RecordPayment,
    SetTutorRate,
)

Ids = Mapping[str, str | None]
"""What the actions so far have made, by their keys."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """`makes` is the payload's field for what came of it."""

    name: str
    makes: str
    values: dict[str, Any]

    @property
    def document(self) -> str:
        kind = self.name[0].upper() + self.name[1:]
        return f"mutation {kind}($input: {kind}Input!) {{ {self.name}(input: $input) {{ {self.makes} {{ id }} }} }}"

    def made(self, data: dict[str, Any]) -> str:
        identifier: str = data[self.name][self.makes]["id"]
        return identifier


@singledispatch
def mutation_of(action: Action, _: Ids) -> Mutation:
    raise TypeError(f"no single mutation does {type(action).__name__}")


@mutation_of.register
def _(action: CreateTutor, _: Ids) -> Mutation:
    return Mutation("createTutor", "tutor", _contact(action))


@mutation_of.register
def _(action: CreateParent, _: Ids) -> Mutation:
    return Mutation("createParent", "parent", _contact(action))


@mutation_of.register
def _(action: CreateChild, ids: Ids) -> Mutation:
    values = {"parentId": ids[action.parent], "name": action.name, "externalRef": action.key}
    return Mutation("createChild", "child", values)


@mutation_of.register
def _(action: SetTutorRate, ids: Ids) -> Mutation:
    values = {
        "tutorId": ids[action.tutor],
        "ratePerSession": _money(action.rate_minor),
        "addonRate": None if action.addon_rate_minor is None else _money(action.addon_rate_minor),
        "validFrom": action.valid_from.isoformat(),
        "idempotencyKey": action.key,
    }
    return Mutation("setTutorRate", "tutorRate", values)


@mutation_of.register
def _(action: AddDiscountRule, ids: Ids) -> Mutation:
    values = {
        "parentId": ids[action.parent],
        "percent": _percent(action.basis_points),
        "label": action.reason,
        "validFrom": action.valid_from.isoformat(),
        "idempotencyKey": action.key,
    }
    return Mutation("addDiscountRule", "discountRule", values)


@mutation_of.register
def _(action: CreatePackageOffer, _: Ids) -> Mutation:
    values = {
        "totalSessions": action.total_sessions,
        "pricePerSession": _money(action.price_per_session_minor),
        "idempotencyKey": action.key,
    }
    return Mutation("createPackageOffer", "packageOffer", values)


@mutation_of.register
def _(action: CreatePackage, ids: Ids) -> Mutation:
    values: dict[str, Any] = {"parentId": ids[action.parent], "idempotencyKey": action.key}
    if action.child is not None:
        values["childId"] = ids[action.child]
    if action.offer is not None:
        values["offerId"] = ids[action.offer]
    else:
        values["totalSessions"] = action.total_sessions
    if action.price_per_session_minor is not None:
        values["pricePerSession"] = _money(action.price_per_session_minor)
    if action.discount_basis_points:
        values["discount"] = {"percent": _percent(action.discount_basis_points)}
    if action.expires_on is not None:
        values["expiresOn"] = action.expires_on.isoformat()
    if action.goodwill:
        values["goodwill"] = True
    return Mutation("createPackage", "sessionPackage", values)


@mutation_of.register
def _(action: ExtendPackage, ids: Ids) -> Mutation:
    values = {
        "packageId": ids[action.package],
        "expiresOn": action.expires_on.isoformat(),
        "reason": action.reason,
        "idempotencyKey": action.key,
    }
    return Mutation("extendPackage", "sessionPackage", values)


@mutation_of.register
def _(action: LogSession, ids: Ids) -> Mutation:
    values = {
        "childId": ids[action.child],
        "tutorId": ids[action.tutor],
        "startsAt": action.starts_at.isoformat(),
        "durationMinutes": action.duration_minutes,
        "billedAsAddon": action.billed_as_addon,
        "addonPrice": None if action.addon_price_minor is None else _money(action.addon_price_minor),
        "externalRef": action.key,
    }
    return Mutation("logSession", "session", values)


@mutation_of.register
def _(action: AddPayoutDeduction, ids: Ids) -> Mutation:
    values = {
        "tutorId": ids[action.tutor],
        "month": str(action.month),
        "amount": _money(action.amount_minor),
        "label": action.reason,
        "idempotencyKey": action.key,
    }
    return Mutation("addPayoutDeduction", "payoutDeduction", values)


@mutation_of.register
def _(action: RecordPayment, ids: Ids) -> Mutation:
    values = {
        "parentId": ids[action.parent],
        "amount": _money(action.amount_minor),
        "method": action.method,
        "reference": action.reference,
        "idempotencyKey": action.key,
    }
    return Mutation("recordPayment", "payment", values)


def _contact(person: Person) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "phone": person.phone, "externalRef": person.key}


def _money(minor: int) -> dict[str, str]:
    """Of the organisation's currency, whichever it is: the made-up amounts suit rupees."""
    return {"amount": f"{minor // 100}.{minor % 100:02}"}


def _percent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02}"
