"""Amounts that must not be found, and finding them: in text, PDFs, archives and cursors, spelled anyhow."""

import base64
import binascii
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape

from tests.services.invoicing.documents import texts

_IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_GROUPED = re.compile(r"(?<=\d)[,'’_\u00a0\u2009\u202f](?=\d\d)")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
_ENCODED = re.compile(r"(?<![\w+/=-])[A-Za-z0-9_+/-]{16,}={0,2}")
_LEAST_MINOR = 100_000
"""Smaller numbers are no sentinels: too many things have them."""


@dataclass
class Amounts:
    """Every amount of an organisation in minor units."""

    minor: set[int] = field(default_factory=set)

    def add(self, amounts: Iterable[int]) -> None:
        self.minor |= {abs(amount) for amount in amounts if abs(amount) >= _LEAST_MINOR}

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Plain, in minor units, in whole units, and as JSON numbers of any of them."""
        return frozenset(spelling for minor in self.minor for spelling in _spellings(minor))

    def found_in(self, text: str) -> frozenset[str]:
        """However they are grouped, and in any script's digits."""
        return self.spelled & set(_numbers(text))


def _spellings(minor: int) -> Iterator[str]:
    decimal = f"{minor // 100}.{minor % 100:02}"
    yield from (decimal, decimal.rstrip("0").rstrip("."), str(minor), f"{minor}.0", str(minor // 100))


def _numbers(text: str) -> list[str]:
    """As they stand, and without what may group their digits: in a CSV a comma does not."""
    plain = _IDENTIFIER.sub(" ", text if text.isascii() else "".join(map(_in_ascii, text)))
    return [*_NUMBER.findall(plain), *_NUMBER.findall(_GROUPED.sub("", plain))]


def _in_ascii(letter: str) -> str:
    return letter if letter.isascii() or not letter.isdecimal() else str(unicodedata.decimal(letter))


def readable(content: bytes) -> Iterator[str]:
    """All text in it, layer by layer."""
    if content.startswith(b"%PDF"):
        yield from texts(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from readable(archive.read(name))
    else:
        text = content.decode(errors="replace")
        yield unescape(text)
        yield from _decoded(text)


def _decoded(text: str) -> Iterator[str]:
    """Cursors, and whatever else is in base 64."""
    for piece in _ENCODED.findall(text):
        try:
            yield base64.urlsafe_b64decode(piece).decode()
        except (binascii.Error, ValueError):
            continue
