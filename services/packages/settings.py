"""What the environment may say to packages."""

from decimal import Decimal
from fractions import Fraction

from pydantic import SecretStr, ValidationInfo, field_validator

from services.packages.domain.alerts import LowLine
from services.packages.domain.organisation import Organisation
from shared.errors import InvalidInput
from shared.money import parse_amount
from shared.runtime.settings import Settings, setting


class PackagesSettings(Settings):
    packages_database_url: str = setting(
        "PACKAGES_DATABASE_URL", "postgres://... or sqlite://path; empty: a file in the data folder", ""
    )
    packages_database_password: SecretStr = setting(
        "PACKAGES_DATABASE_PASSWORD", "for a URL without one", SecretStr("")
    )
    default_session_price: Decimal = setting(
        "NIVAA_DEFAULT_SESSION_PRICE", "what a session costs a parent who never bought a package", Decimal("600.00")
    )
    low_package_threshold: Decimal = setting(
        "NIVAA_LOW_PACKAGE_THRESHOLD", "a parent with less than this share of the sessions left is low", Decimal("0.20")
    )
    low_package_floor: int | None = setting(
        "NIVAA_LOW_PACKAGE_FLOOR", "a parent with at most this many sessions left is low too; empty: no floor", None
    )

    @field_validator("low_package_threshold")
    @classmethod
    def _is_a_share(cls, value: Decimal) -> Decimal:
        if not 0 <= value <= 1:
            raise ValueError("a share is from 0 to 1")
        return value

    @field_validator("low_package_floor")
    @classmethod
    def _is_a_number_of_sessions(cls, value: int | None) -> int | None:
        if value is not None and value < 0:
            raise ValueError("a number of sessions is 0 or more")
        return value

    @field_validator("default_session_price")
    @classmethod
    def _is_a_price(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if value < 0:
            raise ValueError("a price is never negative")
        try:
            parse_amount(value, info.data.get("currency", "INR"))
        except InvalidInput:
            raise ValueError("is an amount of the organisation's currency, like 600.00") from None
        return value

    @property
    def organisation(self) -> Organisation:
        return Organisation(
            zone=self.zone,
            default_session_price=parse_amount(self.default_session_price, self.currency),
            low_line=LowLine(Fraction(self.low_package_threshold), self.low_package_floor),
        )
