"""What a use case of packages works with."""

from dataclasses import dataclass

from services.packages.domain.organisation import Organisation
from shared.messaging.work import Work


@dataclass(frozen=True, kw_only=True)
class PackagesWork(Work):
    organisation: Organisation
