"""Asking the graph as every client does: a document, variables, one round trip."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.gateway.endpoint.asked import Asked
from services.gateway.endpoint.operations import Operations
from services.gateway.federation import RequestError
from services.gateway.subgraph_peers import Caller
from shared.errors import Refusal
from shared.graphql.refusals import INTERNAL, NOT_GRAPHQL
from shared.http import status_of

DOCUMENTS = Path(__file__).parent / "documents"


class Refused(Exception):
    """The graph did not answer what was asked, for a reason that its code names."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    @property
    def status(self) -> int:
        return {INTERNAL: 500, NOT_GRAPHQL: 400}.get(self.code) or status_of(self.code)


class Answered(dict[str, Any]):
    """The data of an answer; `missing` are the messages about what could not be had of it."""

    def __init__(self, data: Mapping[str, Any], missing: list[str]) -> None:
        super().__init__(data)
        self.missing = missing


@lru_cache
def document(name: str) -> str:
    return (DOCUMENTS / f"{name}.graphql").read_text()


async def ask(operations: Operations, caller: Caller, name: str, variables: dict[str, Any]) -> Answered:
    """Raises Refused when there is no data at all."""
    asked = Asked(document(name), variables)
    try:
        answer = await operations.answer(operations.prepare(asked), asked, caller)
    except RequestError as error:
        raise Refused("What was asked for cannot be read.", NOT_GRAPHQL) from error
    except Refusal as refusal:
        raise Refused(sentence(refusal.message), refusal.code) from refusal
    errors = answer.get("errors", [])
    if answer.get("data") is None:
        raise _first(errors)
    return Answered(answer["data"], [sentence(error["message"]) for error in errors])


def _first(errors: list[dict[str, Any]]) -> Refused:
    error: dict[str, Any] = errors[0] if errors else {"message": "something went wrong on our side"}
    return Refused(sentence(error["message"]), error.get("extensions", {}).get("code", INTERNAL))


def sentence(message: str) -> str:
    """Refusals are written to stand in a list; here they stand alone."""
    words = message[:1].upper() + message[1:]
    return words if words.endswith((".", "!", "?")) else f"{words}."
