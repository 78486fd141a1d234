"""Many lines at a time, and what came of each."""

from zoneinfo import ZoneInfo

import strawberry

from services.packages.domain.imports import Imported, Keeping, PersonLine, SessionLine
from services.packages.domain.people import PersonDetails, PersonKind
from services.packages.domain.sessions import read_start
from shared.errors import Refusal
from shared.graphql.money import MoneyInput

strawberry.enum(PersonKind)


@strawberry.input(description="`parent` names a child's parent by external reference or id; other people have none.")
class PersonLineInput:
    external_ref: str
    kind: PersonKind
    name: str
    email: str | None = None
    phone: str | None = None
    parent: str | None = None

    def read(self) -> PersonLine:
        return PersonLine(
            external_ref=self.external_ref,
            kind=self.kind,
            details=PersonDetails(self.name, self.email or None, self.phone or None),
            parent=self.parent,
        )


@strawberry.input(description="`child` and `tutor` are named by external reference or id.")
class SessionLineInput:
    external_ref: str
    child: str
    tutor: str
    starts_at: str = strawberry.field(
        description='"2026-10-02T17:00:00+05:30", or "2026-10-02 17:00" by the organisation\'s clock.'
    )
    duration_minutes: int
    billed_as_addon: bool = False
    addon_price: MoneyInput | None = None

    def read(self, currency: str, zone: ZoneInfo) -> SessionLine | Refusal:
        try:
            return SessionLine(
                external_ref=self.external_ref,
                child=self.child,
                tutor=self.tutor,
                starts_at=read_start(self.starts_at, zone),
                duration_minutes=self.duration_minutes,
                billed_as_addon=self.billed_as_addon,
                addon_price=None if self.addon_price is None else self.addon_price.in_currency(currency),
            )
        except Refusal as refusal:
            return refusal


@strawberry.input(
    description="At most 1,000 lines. All are kept if all are good; `partial` keeps the good ones beside bad ones; "
    "`dryRun` keeps nothing and tells the same. Parents come in an import before their children's; `parentsToCome` are "
    "references that a dry run takes for stored."
)
class ImportPeopleInput:
    lines: list[PersonLineInput]
    parents_to_come: list[str] = strawberry.field(default_factory=list)
    dry_run: bool = False
    partial: bool = False

    @property
    def keeping(self) -> Keeping:
        return Keeping(dry_run=self.dry_run, partial=self.partial)


@strawberry.input(
    description="At most 1,000 lines. All are kept if all are good; `partial` keeps the good ones beside bad ones; "
    "`dryRun` keeps nothing and tells the same."
)
class ImportSessionsInput:
    lines: list[SessionLineInput]
    dry_run: bool = False
    partial: bool = False

    @property
    def keeping(self) -> Keeping:
        return Keeping(dry_run=self.dry_run, partial=self.partial)


@strawberry.type(description="A bad line; `line` counts from 0.")
class RefusedLine:
    line: int
    external_ref: str
    code: str
    message: str


@strawberry.type(description="`unchanged` lines had come before with the same content.")
class ImportPayload:
    kept: bool = strawberry.field(description="Whether the good lines are stored now.")
    created: int = strawberry.field(description="Stored now; or what would be, where nothing was kept.")
    unchanged: int
    refused: list[RefusedLine]

    @classmethod
    def of(cls, imported: Imported, lines: list[PersonLineInput] | list[SessionLineInput]) -> "ImportPayload":
        return cls(
            kept=imported.kept,
            created=imported.created,
            unchanged=imported.unchanged,
            refused=[
                RefusedLine(
                    line=refused.line,
                    external_ref=lines[refused.line].external_ref,
                    code=refused.refusal.code,
                    message=refused.refusal.message,
                )
                for refused in imported.refused
            ],
        )
