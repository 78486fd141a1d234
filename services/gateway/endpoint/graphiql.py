"""What a browser gets at `/graphql`: GraphiQL, or where its scripts' network may not be asked, a few words.

The page is strawberry's. Its scripts (four megabytes: too many to carry along) come from one host, each by its
hash; the policy names that host, the page's own script by its hash, and nothing else.
"""

import re
from base64 import b64encode
from hashlib import sha256

from starlette.responses import HTMLResponse
from strawberry.http.ides import get_graphql_ide_html

HOST = "https://unpkg.com"
_OWN_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_WORDS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>GraphQL</title></head><body>
<h1>GraphQL</h1>
<p>This address answers GraphQL over HTTP. GraphiQL is switched off here: any other client will do.</p>
</body></html>
"""
_BARE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def graphiql_page() -> HTMLResponse:
    page = get_graphql_ide_html("graphiql")
    scripts = " ".join(f"'sha256-{_hash(script)}'" for script in _OWN_SCRIPT.findall(page))
    policy = "; ".join(
        (
            _BARE,
            f"script-src {HOST} {scripts}",
            f"style-src {HOST} 'unsafe-inline'",
            f"font-src {HOST} data:",
            "img-src 'self' data:",
            "connect-src 'self'",
        )
    )
    return HTMLResponse(page, headers={"content-security-policy": policy})


def plain_page() -> HTMLResponse:
    return HTMLResponse(_WORDS, headers={"content-security-policy": _BARE})


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
