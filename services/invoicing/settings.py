"""Settings of the invoicing service."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from services.invoicing.document.model import Logo, Organisation
from shared.runtime.settings import Settings, setting

_MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


class InvoicingSettings(Settings):
    invoicing_database_url: str = setting(
        "INVOICING_DATABASE_URL", "postgres://... or sqlite://...; empty: a file in the data folder", ""
    )
    invoicing_database_password: SecretStr = setting(
        "INVOICING_DATABASE_PASSWORD", "for a URL without one", SecretStr("")
    )
    organisation_name: str = setting("NIVAA_ORGANISATION_NAME", "who issues the invoices", "NIVAA Learning")
    organisation_address: str = setting(
        "NIVAA_ORGANISATION_ADDRESS", "its address on invoices, up to three lines divided by |", ""
    )
    tax_number: str = setting("NIVAA_TAX_NUMBER", "its tax number on invoices", "")
    logo_file: Path | None = setting("NIVAA_LOGO_FILE", "a PNG or JPEG for the head of invoices", None)
    renderer: Path | None = setting("NIVAA_WKHTMLTOPDF", "where wkhtmltopdf is; empty: on the PATH", None)
    renderer_processes: Annotated[int, Field(ge=1)] = setting(
        "NIVAA_RENDERER_PROCESSES", "how many documents are drawn at once", 2
    )

    @field_validator("logo_file")
    @classmethod
    def _is_a_picture(cls, value: Path | None) -> Path | None:
        if value is not None and value.suffix.lower() not in _MEDIA_TYPES:
            raise ValueError("a logo is a PNG or a JPEG")
        return value

    @property
    def organisation(self) -> Organisation:
        lines = tuple(line.strip() for line in self.organisation_address.split("|") if line.strip())
        return Organisation(self.organisation_name, lines, self.tax_number or None, self._logo())

    def _logo(self) -> Logo | None:
        if self.logo_file is None:
            return None
        return Logo(_MEDIA_TYPES[self.logo_file.suffix.lower()], self.logo_file.read_bytes())
