"""Answers as clients read them, whatever they come by: each error has a code."""

from typing import Any

from services.gateway.federation import RequestError
from shared.errors import InvalidInput, Refusal
from shared.graphql.refusals import INTERNAL, NOT_GRAPHQL

Answer = dict[str, Any]


def with_codes(answer: Answer) -> Answer:
    """An error without a code is a fault of ours or of a service."""
    for error in answer.get("errors", ()):
        error["extensions"] = {"code": INTERNAL, **error.get("extensions", {})}
    return answer


def of_request_error(refused: RequestError) -> Answer:
    return {
        "errors": [
            {**error.formatted, "extensions": {"code": NOT_GRAPHQL, **(error.extensions or {})}}
            for error in refused.errors
        ]
    }


def of_refusal(refusal: Refusal) -> Answer:
    return {"errors": [{"message": refusal.message, "extensions": {"code": refusal.code, **refusal.details}}]}


def of_fault(message: str = "something went wrong on our side", code: str = INTERNAL) -> Answer:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def of_bad_request(message: str) -> Answer:
    return of_fault(message, InvalidInput.code)
