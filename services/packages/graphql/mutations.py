"""What can be done with packages: thin, each calls its use case and shows what came of it."""

from typing import TypeVar

import strawberry

from services.packages.domain.people import PersonKind
from services.packages.graphql.context import Info
from services.packages.graphql.inputs import (
    CreateChildInput,
    CreatePackageInput,
    CreatePackageOfferInput,
    CreateParentInput,
    CreateTutorInput,
    ExtendPackageInput,
    LogSessionInput,
    UpdatePersonInput,
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
from services.packages.use_cases.log_session import log_session
from services.packages.use_cases.reject_session import reject_session
from services.packages.use_cases.reverse_session import NewReversal, reverse_session
from services.packages.use_cases.update_person import update_person
from shared.auth.viewer import Role
from shared.errors import Forbidden
from shared.ids import parse_id

T = TypeVar("T")


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
class CreatePackagePayload:
    session_package: SessionPackage


@strawberry.type
class ExtendPackagePayload:
    session_package: SessionPackage


@strawberry.type
class LogSessionPayload:
    session: Session


@strawberry.type(description="The session, the package that pays for it, and the alert that is open for the parent now.")
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
