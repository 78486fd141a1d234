"""Forms as browsers send them, and what was wrong with one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from services.gateway.workspaces.asking import Refused
from shared.errors import IdempotencyKeyReused, InvalidInput
from shared.ids import new_id

MOST_FIELDS = 2_000
SENT_BEFORE = "This form was sent before with other content. See what came of that; to do this too, send it again."
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,3})?", re.ASCII)
_AMOUNT_DECORATION = re.compile(r"[\s,$£¥￥₠-⃀]|\b[A-Z]{3}\b|Rs\.?", re.IGNORECASE)


class Form:
    """The fields of a form, without blanks around them."""

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        self._fields = {name: [value.strip() for value in values] for name, values in fields.items()}

    @classmethod
    def read(cls, body: bytes) -> "Form":
        """Raises InvalidInput."""
        try:
            return cls(parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except ValueError as error:
            raise InvalidInput("the form cannot be read") from error

    def __getitem__(self, name: str) -> str:
        return self.all(name)[-1] if self.all(name) else ""

    def all(self, name: str) -> list[str]:
        return self._fields.get(name, [])

    def given(self, name: str) -> str | None:
        return self[name] or None

    def key(self) -> str:
        """The idempotency key that the form was made with: however often it is sent, it is done once."""
        return self["key"] or str(new_id())


@dataclass(frozen=True)
class Problem:
    """Why a form was not done: to be shown again with what was typed in it, the messages at their fields.

    `key` is kept where nobody knows whether it was done after all.
    """

    name: str
    form: Form
    message: str
    status: int = 422
    fields: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None

    @classmethod
    def with_fields(cls, name: str, form: Form, fields: Mapping[str, str]) -> "Problem":
        return cls(name, form, "Please look at what is marked.", fields=fields)

    @classmethod
    def refused(cls, name: str, form: Form, refused: Refused, at: Mapping[str, str] | None = None) -> "Problem":
        """`at` names the field that a code is about."""
        message = SENT_BEFORE if refused.code == IdempotencyKeyReused.code else refused.message
        where = (at or {}).get(refused.code)
        unknown = refused.code in {"UPSTREAM_UNAVAILABLE", "TIMED_OUT", "INTERNAL"}
        fields = {where: message} if where else {}
        return cls(name, form, message, refused.status, fields, form["key"] if unknown else None)


class NotFilledIn(Exception):
    """Fields and what is wrong with each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Checked:
    """Reads a form field by field and collects what is wrong, so that all of it can be said at once."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._wrong: dict[str, str] = {}

    def text(self, name: str, missing: str) -> str:
        if not self._form[name]:
            self._wrong[name] = missing
        return self._form[name]

    def amount(self, name: str, missing: str) -> dict[str, str]:
        """As MoneyInput has it; people write "₹5,000.00" too, or "USD 5"."""
        written = self.text(name, missing)
        text = _AMOUNT_DECORATION.sub("", written)
        if written and not _AMOUNT.fullmatch(text):
            self._wrong[name] = "Write an amount like 5000 or 5,000.50."
        return {"amount": text}

    def whole(self, name: str, missing: str) -> int:
        text = self.text(name, missing)
        if text and not (text.isascii() and text.isdecimal() and len(text) < 7):
            self._wrong[name] = "Write a whole number."
            return 0
        return int(text or 0)

    def wrong(self, name: str, message: str) -> None:
        self._wrong.setdefault(name, message)

    def done(self) -> None:
        """Raises NotFilledIn."""
        if self._wrong:
            raise NotFilledIn(self._wrong)
