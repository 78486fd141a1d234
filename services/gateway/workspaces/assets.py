"""The style sheet, the scripts and the icon, each at an address that changes with its content."""

import hashlib
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "assets"
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


class Assets:
    def __init__(self) -> None:
        self._contents = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
        self._hashes = {name: hashlib.sha256(content).hexdigest()[:16] for name, content in self._contents.items()}

    def address(self, name: str) -> str:
        return f"/assets/{self._hashes[name]}/{name}"

    @property
    def routes(self) -> list[Route]:
        return [Route("/assets/{hash}/{name}", self._serve, methods=["GET"])]

    async def _serve(self, request: Request) -> Response:
        name = request.path_params["name"]
        if self._hashes.get(name) != request.path_params["hash"]:
            return PlainTextResponse("There is no such file.\n", status_code=404)
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(self._contents[name], headers=_FOREVER, media_type=media_type)
