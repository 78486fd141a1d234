"""Entity interfaces, interface objects, overrides, and value types in parts."""

import pytest

from tests.federation.media import MEDIA, media_engine, media_subgraphs
from tests.federation.test_failures import Says


@pytest.mark.parametrize(
    ("query", "data"),
    [
        # The interface object adds a field to all that implement the interface.
        ("{ media { title rating } }", {"media": [{"title": "Emma", "rating": 5}, {"title": "Alien", "rating": 3}]}),
        ("{ media { ... on Book { rating pages } } }", {"media": [{"rating": 5, "pages": 400}, {}]}),
        # Coming from the interface object, nobody knows the type until the real interface is asked.
        ("{ best { rating } }", {"best": [{"rating": 3}, {"rating": 5}]}),
        ("{ best { id title } }", {"best": [{"id": "f1", "title": "Alien"}, {"id": "b1", "title": "Emma"}]}),
        (
            "{ best { __typename rating ... on Book { pages } ... on Film { minutes title } } }",
            {
                "best": [
                    {"__typename": "Film", "rating": 3, "minutes": 117, "title": "Alien"},
                    {"__typename": "Book", "rating": 5, "pages": 400},
                ]
            },
        ),
        ("{ reader { nick } }", {"reader": {"nick": "new"}}),
        ("{ reader { card { number colour } } }", {"reader": {"card": {"number": 7, "colour": "red"}}}),
        # A requirement behind an interface: the subgraph is told which type it is.
        ("{ reader { verdict } }", {"reader": {"verdict": "Emma, a Book of 400 pages"}}),
    ],
)
async def test_the_answer_is_what_one_server_would_give(query: str, data: object) -> None:
    assert await media_engine().execute(query) == {"data": data}


async def test_what_cannot_be_found_is_an_error_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The id is there already, and the error explains what is not."""
    monkeypatch.delitem(MEDIA, "f1")
    answer = await media_engine().execute("{ best { id ... on Film { rating } } }")
    assert [error["path"] for error in answer["errors"]] == [["best", 0]]


async def test_an_object_whose_type_did_not_come_is_null_with_the_error_of_what_was_asked_of_it() -> None:
    subgraphs = media_subgraphs()
    error = {"message": "torn", "path": ["_entities", 0, "title"]}
    film = {"__typename": "Film", "id": "f1", "title": "Alien"}
    subgraphs["library"] = Says({"data": {"_entities": [None, film]}, "errors": [error]})
    answer = await media_engine(subgraphs).execute("{ best { title rating } }")
    assert answer == {"data": None, "errors": [{"message": "torn", "path": ["best", 0, "title"]}]}
