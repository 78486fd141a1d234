"""Parents, children and tutors."""

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import InvalidInput
from shared.text import one_line

LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_PHONE = 32


class PersonKind(StrEnum):
    PARENT = "PARENT"
    CHILD = "CHILD"
    TUTOR = "TUTOR"


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A name in any script; an empty email or phone is none."""

    name: str
    email: str | None = None
    phone: str | None = None


def check_details(details: PersonDetails) -> PersonDetails:
    """The details without surrounding blanks. Raises InvalidInput for what nobody could be written to by."""
    name = one_line(details.name, LONGEST_NAME, "a name")
    return PersonDetails(name, _check_email(details.email), _check_phone(details.phone))


def _check_email(text: str | None) -> str | None:
    email = (text or "").strip()
    if not email:
        return None
    local, at, domain = email.rpartition("@")
    if not (local and at and domain) or len(email) > LONGEST_EMAIL or not email.isprintable() or " " in email:
        raise InvalidInput(f"not an email address: {email[:64]!r}")
    return email


def _check_phone(text: str | None) -> str | None:
    phone = (text or "").strip()
    if not phone:
        return None
    if len(phone) > LONGEST_PHONE or not set(phone) <= set("+0123456789 -()") or not any(map(str.isdigit, phone)):
        raise InvalidInput(f"not a phone number: {phone[:64]!r}")
    return phone
