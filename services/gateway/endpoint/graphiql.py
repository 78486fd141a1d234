"""What a browser gets at `/graphql`: GraphiQL, all of it from here; or where it is switched off, a few words.

The page is strawberry's, which names files of a public host, each by its hash. The same files lie in `graphiql_files`,
compressed (`make graphiql` has them from npm), and are served under `/graphiql/`; browsers hold them to those hashes.
"""

import asyncio
import gzip
import mimetypes
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from strawberry.http.ides import get_graphql_ide_html

from shared.errors import NotFound

ELSEWHERE, HERE = "https://unpkg.com/", "/graphiql/"
FILES = Path(__file__).with_name("graphiql_files")
_ADDRESS = re.compile(f'"{ELSEWHERE}([^"]+)"')
_OWN_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_FOREVER = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
_WORDS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>GraphQL</title></head><body>
<h1>GraphQL</h1>
<p>This address answers GraphQL over HTTP. GraphiQL is switched off here: any other client will do.</p>
</body></html>
"""
_BARE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def addresses() -> Sequence[str]:
    """Of the files that the page loads, like `react@18.2.0/umd/react.production.min.js`."""
    return _ADDRESS.findall(_page())


def graphiql_page() -> HTMLResponse:
    page = _page().replace(ELSEWHERE, HERE)
    scripts = " ".join(f"'sha256-{_hash(script)}'" for script in _OWN_SCRIPT.findall(page))
    policy = "; ".join(
        (
            _BARE,
            f"script-src 'self' {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data:",
            "connect-src 'self'",
        )
    )
    return HTMLResponse(page, headers={"content-security-policy": policy})


def plain_page() -> HTMLResponse:
    return HTMLResponse(_WORDS, headers={"content-security-policy": _BARE})


def graphiql_routes() -> Iterator[Route]:
    """Of the page's files. Their addresses have their versions, so browsers may keep them."""
    known = set(addresses())

    async def serve(request: Request) -> Response:
        address = request.path_params["address"]
        if address not in known:
            raise NotFound("there is nothing at this address")
        content = await asyncio.to_thread(packed(address).read_bytes)
        headers = dict(_FOREVER)
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            content = gzip.decompress(content)
        return Response(content, headers=headers, media_type=mimetypes.guess_type(address)[0])

    yield Route(f"{HERE}{{address:path}}", serve, methods=["GET"])


def packed(address: str) -> Path:
    """Where a file lies."""
    return FILES / f"{address}.gz"


def _page() -> str:
    return get_graphql_ide_html("graphiql")


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
