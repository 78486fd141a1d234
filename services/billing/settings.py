"""Billing's own settings."""

from typing import Self

from pydantic import SecretStr, model_validator

from services.billing.domain.statements import TaxRate
from shared.money import BASIS_POINTS
from shared.runtime.settings import Settings, setting


class BillingSettings(Settings):
    billing_database_url: str = setting("BILLING_DATABASE_URL", "sqlite:// or postgres://, billing's database", "")
    billing_database_password: SecretStr = setting("BILLING_DATABASE_PASSWORD", "for a URL without one", SecretStr(""))
    run_patience_seconds: float = setting(
        "BILLING_RUN_PATIENCE_SECONDS", "how long a run waits for what packages has not told yet", 30.0
    )
    run_answer_seconds: float = setting(
        "BILLING_RUN_ANSWER_SECONDS", "after how long a run is answered as in progress, and goes on by itself", 50.0
    )
    tax_basis_points: int = setting("BILLING_TAX_BASIS_POINTS", "tax on what parents owe: 1800 is 18 %, 0 is off", 0)
    tax_labels: str = setting(
        "BILLING_TAX_LABELS",
        "the tax's name on documents; names that share its rate evenly: CGST,SGST within a state, IGST between states",
        "GST",
    )

    @property
    def taxes(self) -> list[TaxRate]:
        """None while tax is off."""
        if not self.tax_basis_points:
            return []
        labels = _labels(self.tax_labels)
        return [TaxRate(label, self.tax_basis_points // len(labels)) for label in labels]

    @model_validator(mode="after")
    def _taxes_make_sense(self) -> Self:
        if not 0 <= self.tax_basis_points <= BASIS_POINTS:
            raise ValueError(f"a tax is from 0 to {BASIS_POINTS} basis points")
        labels = _labels(self.tax_labels)
        if not all(label and label.isprintable() for label in labels) or len(set(labels)) < len(labels):
            raise ValueError(f"no names of taxes: {self.tax_labels!r}")
        if self.tax_basis_points % len(labels):
            raise ValueError(f"{self.tax_basis_points} basis points cannot be shared evenly by {self.tax_labels}")
        return self


def _labels(text: str) -> list[str]:
    return [label.strip() for label in text.split(",")]
