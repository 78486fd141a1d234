"""Addresses where there is nothing: browsers get a page with a way on, everybody else what every client gets."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.endpoint.media_type import HTML, preferred
from services.gateway.workspaces.visit import House, sorry
from shared.http import Lost, refusal_of, told_lost


def lost_in(house: House) -> Lost:
    async def respond(request: Request, error: Exception) -> Response:
        if preferred(request.headers.get("accept")) != HTML or not isinstance(error, HTTPException):
            return await told_lost(request, error)
        session = house.cookies.session(request)
        words = refusal_of(error.status_code, error.detail).message
        response = sorry(house, error.status_code, f"{words}.", session.role if session else None)
        response.headers.update(error.headers or {})
        return response

    return respond
