"""Where there is no page to show: browsers get one with a way on, everybody else what every client gets."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.endpoint.media_type import HTML, preferred
from services.gateway.workspaces.visit import House, sorry
from shared.http import Lost, refusal_of, told_lost


def lost_in(house: House) -> Lost:
    """For addresses where there is nothing."""

    async def respond(request: Request, error: Exception) -> Response:
        told = await told_lost(request, error)
        if not isinstance(error, HTTPException):
            return told
        softened = soften(house, request, told, refusal_of(error.status_code, error.detail).message)
        softened.headers.update(error.headers or {})
        return softened

    return respond


def soften(house: House, request: Request, refused: Response, words: str) -> Response:
    """A refusal as it is, or for browsers a page with these words."""
    if preferred(request.headers.get("accept")) != HTML:
        return refused
    session = house.cookies.session(request)
    return sorry(house, refused.status_code, words, session.role if session else None)
