"""What mutations answer."""

import strawberry

from services.packages.graphql.types import (
    Child,
    LowPackageAlert,
    PackageOffer,
    Parent,
    Session,
    SessionPackage,
    Tutor,
)


@strawberry.type
class CreateParentPayload:
    parent: Parent


@strawberry.type
class CreateChildPayload:
    child: Child


@strawberry.type
class CreateTutorPayload:
    tutor: Tutor


@strawberry.type(description="The person is one of the three.")
class UpdatePersonPayload:
    parent: Parent | None
    child: Child | None
    tutor: Tutor | None


@strawberry.type
class CreatePackageOfferPayload:
    package_offer: PackageOffer


@strawberry.type
class WithdrawPackageOfferPayload:
    package_offer: PackageOffer


@strawberry.type
class CreatePackagePayload:
    session_package: SessionPackage


@strawberry.type
class ExtendPackagePayload:
    session_package: SessionPackage


@strawberry.type
class ReinstatePackagePayload:
    session_package: SessionPackage


@strawberry.type
class LogSessionPayload:
    session: Session


@strawberry.type(
    description="The session, the package that pays for it, and the alert that is open for the parent now."
)
class ApproveSessionPayload:
    session: Session
    session_package: SessionPackage | None
    low_package_alert: LowPackageAlert | None


@strawberry.type(description="Of one session of a batch. Approved, now or before: code and message are null.")
class ApprovalOutcome:
    id: strawberry.ID
    session: Session | None
    code: str | None
    message: str | None


@strawberry.type
class ApproveSessionsPayload:
    outcomes: list[ApprovalOutcome]


@strawberry.type
class RejectSessionPayload:
    session: Session


@strawberry.type
class ReverseSessionPayload:
    session: Session


@strawberry.type
class AcknowledgeAlertPayload:
    low_package_alert: LowPackageAlert
