"""An entity interface, an interface object, an override, and a value type that two subgraphs share by parts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph

FOLDER = Path(__file__).parent

MEDIA: Mapping[str, dict[str, Any]] = {
    "b1": {"__typename": "Book", "id": "b1", "title": "Emma", "pages": 400},
    "f1": {"__typename": "Film", "id": "f1", "title": "Alien", "minutes": 117},
}
READER: Mapping[str, Any] = {"id": "r1", "nick": "old", "card": {"colour": "red"}, "favourite": MEDIA["b1"]}


def media_engine(subgraphs: Mapping[str, Any] | None = None) -> Engine:
    return Engine(load_supergraph((FOLDER / "supergraph.graphql").read_text()), subgraphs or media_subgraphs())


def media_subgraphs() -> dict[str, Any]:
    library = MemorySubgraph(
        (FOLDER / "library.graphql").read_text(),
        {
            "Query.media": lambda *_: list(MEDIA.values()),
            "Query.reader": lambda *_: READER,
            **{f"{name}.related": _others for name in ("Book", "Film")},
        },
        {"Media": _media, "Book": _media, "Film": _media, "Reader": lambda _key: dict(READER)},
    )
    ratings = MemorySubgraph(
        (FOLDER / "ratings.graphql").read_text(),
        {"Query.best": lambda *_: [_rated({"id": "f1"}), _rated({"id": "b1"})]},
        {"Media": _rated, "Reader": _rated_reader},
    )
    critics = MemorySubgraph(
        (FOLDER / "critics.graphql").read_text(),
        {"Query.praised": lambda *_: [{"id": "r1"}, {"id": "r1"}]},
        {"Reader": _judged_reader},
    )
    return {"library": library, "ratings": ratings, "critics": critics}


def _media(key: dict[str, Any]) -> dict[str, Any]:
    return dict(MEDIA[key["id"]])


def _others(source: Mapping[str, Any], _info: object) -> list[Mapping[str, Any]]:
    return [one for one in MEDIA.values() if one["id"] != source["id"]]


def _rated(key: dict[str, Any]) -> dict[str, Any]:
    return {"id": key["id"], "rating": {"b1": 5, "f1": 3}[key["id"]]}


def _rated_reader(key: dict[str, Any]) -> dict[str, Any]:
    return {"id": key["id"], "nick": "new", "card": {"number": 7}}


def _judged_reader(given: dict[str, Any]) -> dict[str, Any]:
    favourite = given["favourite"]
    verdict = f"{favourite['title']}, a {favourite['__typename']} of {favourite['pages']} pages"
    return {"id": given["id"], "verdict": verdict}
