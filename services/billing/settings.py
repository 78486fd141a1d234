"""Billing's own settings."""

from pydantic import SecretStr

from shared.runtime.settings import Settings, setting


class BillingSettings(Settings):
    billing_database_url: str = setting("BILLING_DATABASE_URL", "sqlite:// or postgres://, billing's database", "")
    billing_database_password: SecretStr = setting("BILLING_DATABASE_PASSWORD", "for a URL without one", SecretStr(""))
    run_patience_seconds: float = setting(
        "BILLING_RUN_PATIENCE_SECONDS", "how long a run waits for what packages has not told yet", 30.0
    )
    tax_basis_points: int = setting("BILLING_TAX_BASIS_POINTS", "tax on what parents owe: 1800 is 18 %, 0 is off", 0)
    tax_label: str = setting("BILLING_TAX_LABEL", "the tax's name on documents", "GST")
