"""Has billing seen everything of a month? Packages' seal is compared with billing's own distinct entries."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries a month has, and what its approvals and purchases cost together."""

    approvals: int
    reversals: int
    purchases: int
    sum_minor: int


@dataclass(frozen=True, slots=True)
class Missing:
    """What has not arrived yet. Entries that came twice count once, so a number is never negative by repetition."""

    seal: bool = False
    approvals: int = 0
    reversals: int = 0
    purchases: int = 0
    sum_minor: int = 0
    people: int = 0

    def __bool__(self) -> bool:
        return self.seal or any((self.approvals, self.reversals, self.purchases, self.sum_minor, self.people))

    def as_details(self) -> dict[str, int | bool]:
        """The numbers for programs; the sum stays out, because it is money and may be frozen."""
        return {name: value for name, value in asdict(self).items() if name != "sum_minor"}

    def __str__(self) -> str:
        if self.seal:
            return "the packages service has not sealed the month yet"
        counted = ((self.approvals, "approvals"), (self.reversals, "reversals"), (self.purchases, "purchases"))
        parts = [f"{count} {what}" for count, what in (*counted, (self.people, "people")) if count]
        return f"missing: {', '.join(parts)}" if parts else "the sums of the two services differ"


def what_is_missing(sealed: Tally, seen: Tally) -> Missing:
    """The difference between what packages sealed and what billing has."""
    return Missing(
        approvals=sealed.approvals - seen.approvals,
        reversals=sealed.reversals - seen.reversals,
        purchases=sealed.purchases - seen.purchases,
        sum_minor=sealed.sum_minor - seen.sum_minor,
    )
