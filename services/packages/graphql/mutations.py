"""What can be done with packages: thin, each calls its use case and shows what came of it."""

from uuid import UUID

import strawberry

from services.packages.domain.people import PersonKind
from services.packages.graphql.context import Info
from services.packages.graphql.imports import ImportPayload, ImportPeopleInput, ImportSessionsInput
from services.packages.graphql.inputs import (
    CreateChildInput,
    CreatePackageInput,
    CreatePackageOfferInput,
    CreateParentInput,
    CreateTutorInput,
    ExtendPackageInput,
    LogSessionInput,
    ReinstatePackageInput,
    UpdatePersonInput,
)
from services.packages.graphql.loaders import One
from services.packages.graphql.payloads import (
    AcknowledgeAlertPayload,
    ApprovalOutcome,
    ApproveSessionPayload,
    ApproveSessionsPayload,
    CreateChildPayload,
    CreatePackageOfferPayload,
    CreatePackagePayload,
    CreateParentPayload,
    CreateTutorPayload,
    ExtendPackagePayload,
    LogSessionPayload,
    ReinstatePackagePayload,
    RejectSessionPayload,
    ReverseSessionPayload,
    UpdatePersonPayload,
    WithdrawPackageOfferPayload,
)
from services.packages.graphql.types import (
    Child,
    LowPackageAlert,
    PackageOffer,
    Parent,
    Session,
    SessionPackage,
    Tutor,
)
from services.packages.use_cases.acknowledge_alert import acknowledge_alert
from services.packages.use_cases.approve_sessions import approve_session, approve_sessions
from services.packages.use_cases.create_package import create_package
from services.packages.use_cases.create_package_offer import create_package_offer
from services.packages.use_cases.create_person import create_person
from services.packages.use_cases.extend_package import extend_package
from services.packages.use_cases.import_people import import_people
from services.packages.use_cases.import_sessions import import_sessions
from services.packages.use_cases.log_session import NewSession, log_session
from services.packages.use_cases.reinstate_package import reinstate_package
from services.packages.use_cases.reject_session import NewRejection, reject_session
from services.packages.use_cases.reverse_session import NewReversal, reverse_session
from services.packages.use_cases.update_person import update_person
from services.packages.use_cases.withdraw_package_offer import Withdrawal, withdraw_package_offer
from shared.auth.viewer import Role
from shared.database.row import Row
from shared.errors import Forbidden, NotFound
from shared.ids import parse_id


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def create_parent(self, info: Info, input: CreateParentInput) -> CreateParentPayload:  # noqa: A002
        person_id = await create_person(info.context.work, input.read())
        return CreateParentPayload(parent=Parent.of(await _fresh(info, info.context.loaders.parent, person_id)))

    @strawberry.mutation
    async def create_child(self, info: Info, input: CreateChildInput) -> CreateChildPayload:  # noqa: A002
        person_id = await create_person(info.context.work, input.read())
        return CreateChildPayload(child=Child.of(await _fresh(info, info.context.loaders.child, person_id)))

    @strawberry.mutation
    async def create_tutor(self, info: Info, input: CreateTutorInput) -> CreateTutorPayload:  # noqa: A002
        person_id = await create_person(info.context.work, input.read())
        return CreateTutorPayload(tutor=Tutor.of(await _fresh(info, info.context.loaders.tutor, person_id)))

    @strawberry.mutation
    async def update_person(self, info: Info, input: UpdatePersonInput) -> UpdatePersonPayload:  # noqa: A002
        update = input.read()
        kind = await update_person(info.context.work, update)
        info.context.loaders.forget()
        return UpdatePersonPayload(
            parent=await Parent.resolve_reference(info, input.id) if kind is PersonKind.PARENT else None,
            child=await Child.resolve_reference(info, input.id) if kind is PersonKind.CHILD else None,
            tutor=await Tutor.resolve_reference(info, input.id) if kind is PersonKind.TUTOR else None,
        )

    @strawberry.mutation
    async def create_package_offer(
        self,
        info: Info,
        input: CreatePackageOfferInput,  # noqa: A002
    ) -> CreatePackageOfferPayload:
        new = input.read(info.context.currency)
        offer_id = await create_package_offer(info.context.work, new, input.idempotency_key, info.context.actor)
        return CreatePackageOfferPayload(package_offer=await _offer(info, offer_id))

    @strawberry.mutation
    async def withdraw_package_offer(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        reason: str,
        idempotency_key: str | None = None,
    ) -> WithdrawPackageOfferPayload:
        """Nothing is sold by it any more; what was sold stays as it is."""
        asked = Withdrawal(offer_id=parse_id(id), reason=reason)
        offer_id = await withdraw_package_offer(info.context.work, asked, idempotency_key, info.context.actor)
        return WithdrawPackageOfferPayload(package_offer=await _offer(info, offer_id))

    @strawberry.mutation
    async def create_package(self, info: Info, input: CreatePackageInput) -> CreatePackagePayload:  # noqa: A002
        new = input.read(info.context.currency)
        package_id = await create_package(info.context.work, new, input.idempotency_key, info.context.actor)
        return CreatePackagePayload(session_package=await _package(info, package_id))

    @strawberry.mutation
    async def extend_package(self, info: Info, input: ExtendPackageInput) -> ExtendPackagePayload:  # noqa: A002
        extension = input.read()
        package_id = await extend_package(info.context.work, extension, input.idempotency_key, info.context.actor)
        return ExtendPackagePayload(session_package=await _package(info, package_id))

    @strawberry.mutation
    async def reinstate_package(self, info: Info, input: ReinstatePackageInput) -> ReinstatePackagePayload:  # noqa: A002
        asked = input.read()
        package_id = await reinstate_package(info.context.work, asked, input.idempotency_key, info.context.actor)
        return ReinstatePackagePayload(session_package=await _package(info, package_id))

    @strawberry.mutation
    async def import_people(self, info: Info, input: ImportPeopleInput) -> ImportPayload:  # noqa: A002
        """The same reference with the same content again is nothing new."""
        lines = [line.read() for line in input.lines]
        imported = await import_people(info.context.work, lines, input.parents_to_come, input.keeping)
        return ImportPayload.of(imported, input.lines)

    @strawberry.mutation
    async def import_sessions(self, info: Info, input: ImportSessionsInput) -> ImportPayload:  # noqa: A002
        """The same reference with the same content again is nothing new."""
        work = info.context.work
        lines = [line.read(info.context.currency, work.organisation.zone) for line in input.lines]
        imported = await import_sessions(work, lines, input.keeping, info.context.actor)
        return ImportPayload.of(imported, input.lines)

    @strawberry.mutation
    async def log_session(self, info: Info, input: LogSessionInput) -> LogSessionPayload:  # noqa: A002
        """Coordinators for anyone, tutors for themselves."""
        new = input.read(info.context.currency)
        _check_tutor(info, new)
        session_id = await log_session(info.context.work, new, info.context.actor)
        return LogSessionPayload(session=await _session(info, session_id))

    @strawberry.mutation
    async def approve_session(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        idempotency_key: str | None = None,
    ) -> ApproveSessionPayload:
        """Approving again changes nothing and answers the same."""
        session_id = parse_id(id)
        await approve_session(info.context.work, session_id, idempotency_key, info.context.actor)
        session = await _session(info, session_id)
        return ApproveSessionPayload(
            session=session,
            session_package=await _covering_package(info, session.row),
            low_package_alert=await _open_alert(info, session.row["parent_id"]),
        )

    @strawberry.mutation
    async def approve_sessions(
        self, info: Info, ids: list[strawberry.ID], idempotency_key: str | None = None
    ) -> ApproveSessionsPayload:
        """At most 1,000, in order of session start; a refused one hinders no other."""
        wanted = [parse_id(id_) for id_ in ids]
        outcomes = await approve_sessions(info.context.work, wanted, idempotency_key, info.context.actor)
        info.context.loaders.forget()
        rows = await info.context.loaders.session.load_many([outcome.session_id for outcome in outcomes])
        return ApproveSessionsPayload(
            outcomes=[
                ApprovalOutcome(
                    id=strawberry.ID(str(outcome.session_id)),
                    session=None if row is None else Session.of(row),
                    code=outcome.refusal.code if outcome.refusal else None,
                    message=outcome.refusal.message if outcome.refusal else None,
                )
                for outcome, row in zip(outcomes, rows, strict=True)
            ]
        )

    @strawberry.mutation
    async def reject_session(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        reason: str,
        idempotency_key: str | None = None,
    ) -> RejectSessionPayload:
        new = NewRejection(session_id=parse_id(id), reason=reason)
        await reject_session(info.context.work, new, idempotency_key, info.context.actor)
        return RejectSessionPayload(session=await _session(info, new.session_id))

    @strawberry.mutation
    async def reverse_session(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        reason: str,
        idempotency_key: str | None = None,
    ) -> ReverseSessionPayload:
        new = NewReversal(session_id=parse_id(id), reason=reason)
        await reverse_session(info.context.work, new, idempotency_key, info.context.actor)
        return ReverseSessionPayload(session=await _session(info, new.session_id))

    @strawberry.mutation
    async def acknowledge_alert(self, info: Info, id: strawberry.ID) -> AcknowledgeAlertPayload:  # noqa: A002
        alert_id = parse_id(id)
        await acknowledge_alert(info.context.work, alert_id, info.context.actor)
        row = await _fresh(info, info.context.loaders.alert, alert_id)
        return AcknowledgeAlertPayload(low_package_alert=LowPackageAlert.of(row))


def _check_tutor(info: Info, new: NewSession) -> None:
    viewer = info.context.viewer
    if viewer.role is Role.TUTOR and (new.tutor_id != viewer.person_id or new.addon_price is not None):
        raise Forbidden("tutors log their own sessions, and set no prices")


async def _fresh(info: Info, loader: One, id_: UUID) -> Row:
    """The row as it is now, whatever this request had read before."""
    info.context.loaders.forget()
    row = await loader.load(id_)
    if row is None:
        raise NotFound(f"no {id_}")
    return row


async def _offer(info: Info, offer_id: UUID) -> PackageOffer:
    offers = {row["id"]: row for row in await info.context.reads.offers(withdrawn=True)}
    return PackageOffer.of(offers[offer_id])


async def _package(info: Info, package_id: UUID) -> SessionPackage:
    return SessionPackage.of(await _fresh(info, info.context.loaders.package, package_id))


async def _session(info: Info, session_id: UUID) -> Session:
    return Session.of(await _fresh(info, info.context.loaders.session, session_id))


async def _covering_package(info: Info, session: Row) -> SessionPackage | None:
    return None if session["package_id"] is None else await _package(info, session["package_id"])


async def _open_alert(info: Info, parent_id: UUID) -> LowPackageAlert | None:
    row = await info.context.loaders.open_alert_of.load(parent_id)
    return None if row is None else LowPackageAlert.of(row)
