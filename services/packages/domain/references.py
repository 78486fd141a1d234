"""What other systems call our people and sessions. The same reference means the same thing, with the same content."""

from dataclasses import dataclass
from uuid import UUID

from services.packages.domain.errors import ExternalRefReused
from shared.errors import InvalidInput

LONGEST_REF = 200


def check_external_ref(text: str) -> str:
    """Raises InvalidInput for what nobody could find again."""
    if not (1 <= len(text) <= LONGEST_REF and text.isprintable() and text.strip() == text):
        raise InvalidInput(f"an external reference has 1 to {LONGEST_REF} characters that can be printed")
    return text


@dataclass(frozen=True, slots=True)
class FirstCome:
    """What came first under a reference, and the digest of what it came with."""

    id: UUID
    content_sha256: str

    def confirm(self, external_ref: str, content_sha256: str) -> UUID:
        """The id of what came first. Raises ExternalRefReused when this is something else."""
        if self.content_sha256 != content_sha256:
            raise ExternalRefReused(f"{external_ref} came before with other content", external_ref=external_ref)
        return self.id
