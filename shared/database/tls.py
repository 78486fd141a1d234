"""How what passes between a service and PostgreSQL is kept from others: `sslmode` and `sslrootcert` of its URL.

They mean what they mean to libpq. `prefer`, the default, takes what the server offers; who needs more has to say so.
"""

import ssl
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

UNVERIFIED = ("disable", "allow", "prefer", "require")
VERIFIED = ("verify-ca", "verify-full")
MODE, CERTIFICATES = "sslmode", "sslrootcert"


def tls_options(url: str) -> Mapping[str, str]:
    """Of a database's URL. Raises ValueError for options that would be passed over in silence."""
    options = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    if options.keys() - {MODE, CERTIFICATES}:  # not named: after a question mark in a password they are a part of it
        raise ValueError(f"knows {MODE} and {CERTIFICATES} after its question mark, and nothing else")
    if options.get(MODE, "prefer") not in (*UNVERIFIED, *VERIFIED):
        raise ValueError(f"its {MODE} is one of {', '.join((*UNVERIFIED, *VERIFIED))}")
    if CERTIFICATES in options and options.get(MODE) not in VERIFIED:
        raise ValueError(f"{CERTIFICATES} needs {MODE}={' or '.join(VERIFIED)}")
    return options


def tls_of(url: str) -> str | ssl.SSLContext:
    """As asyncpg takes it. Verified against a file of certificates, or against those that this machine trusts."""
    options = tls_options(url)
    mode = options.get(MODE, "prefer")
    if mode in UNVERIFIED:
        return mode
    context = ssl.create_default_context(cafile=options.get(CERTIFICATES))
    context.check_hostname = mode == "verify-full"
    return context
