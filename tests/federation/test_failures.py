"""Errors, nulls, and subgraphs that do not answer."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLError

from services.gateway.federation import FetchRequest, SubgraphUnavailable
from tests.federation.shop import Shop


class Dead:
    async def fetch(self, _request: FetchRequest) -> bytes:
        raise SubgraphUnavailable("connection refused")


@dataclass
class Heard:
    """Tells when it has been heard of."""

    behind: Any
    heard: asyncio.Event

    async def fetch(self, request: FetchRequest) -> bytes:
        try:
            answer: bytes = await self.behind.fetch(request)
        finally:
            asyncio.get_running_loop().call_later(0.01, self.heard.set)
        return answer


@dataclass
class Waits:
    """Until another has been heard of."""

    behind: Any
    heard: asyncio.Event

    async def fetch(self, request: FetchRequest) -> bytes:
        await self.heard.wait()
        answer: bytes = await self.behind.fetch(request)
        return answer


class Says:
    def __init__(self, response: Any) -> None:
        self.body = response if isinstance(response, bytes) else json.dumps(response).encode()

    async def fetch(self, _request: FetchRequest) -> bytes:
        return self.body


def codes(answer: dict[str, Any]) -> list[tuple[object, object]]:
    return [(error.get("path"), error.get("extensions", {}).get("code")) for error in answer["errors"]]


async def test_a_dead_subgraph_nulls_its_own_fields_and_the_rest_comes() -> None:
    shop = Shop()
    shop.subgraphs["reviews"] = Dead()
    answer = await shop.engine.execute("{ products { title rating inStock } me { name } }")
    assert answer["data"]["products"][0] == {"title": "Chair", "rating": None, "inStock": 3}
    assert answer["data"]["me"] == {"name": "Asha"}
    # Said once for the field, at the first place that lacks it.
    assert codes(answer) == [(["products", 0, "rating"], "UPSTREAM_UNAVAILABLE")]


@pytest.mark.parametrize("last", ["accounts", "catalogue"])
async def test_a_dead_subgraph_nulls_its_part_of_an_object_that_another_brings_too(last: str) -> None:
    """Whichever of the two is heard of last."""
    shop = Shop()
    heard = asyncio.Event()
    both = {"catalogue": Dead(), "accounts": shop.accounts}
    shop.subgraphs |= {name: (Waits if name == last else Heard)(one, heard) for name, one in both.items()}
    answer = await shop.engine.execute("{ shop { slogan owner { name } } }")
    assert answer["data"] == {"shop": {"slogan": None, "owner": {"name": "Dev"}}}
    assert codes(answer) == [(["shop", "slogan"], "UPSTREAM_UNAVAILABLE")]


@pytest.mark.parametrize("last", ["accounts", "catalogue"])
async def test_an_object_that_failed_in_one_of_two_subgraphs_says_where_in_all_that_was_its_part(last: str) -> None:
    """Whichever of the two is heard of last."""
    shop = Shop()
    heard = asyncio.Event()
    error = {"message": "no", "path": ["shop", "owner", "name"], "extensions": {"code": "FORBIDDEN"}}
    both = {"catalogue": shop.catalogue, "accounts": Says({"data": {"shop": None}, "errors": [error]})}
    shop.subgraphs |= {name: (Waits if name == last else Heard)(one, heard) for name, one in both.items()}
    answer = await shop.engine.execute("{ shop { owner { id name } slogan } }")
    assert answer["data"] == {"shop": {"slogan": "Sit well", "owner": None}}
    assert codes(answer) == [(["shop", "owner", "name"], "FORBIDDEN")]


@pytest.mark.parametrize("last", ["accounts", "catalogue"])
async def test_an_object_that_failed_in_one_of_two_subgraphs_is_missed_in_fields_beside_the_failure_too(
    last: str,
) -> None:
    shop = Shop()
    heard = asyncio.Event()
    error = {"message": "no", "path": ["shop", "slogan"], "extensions": {"code": "FORBIDDEN"}}
    both = {"catalogue": Says({"data": {"shop": None}, "errors": [error]}), "accounts": shop.accounts}
    shop.subgraphs |= {name: (Waits if name == last else Heard)(one, heard) for name, one in both.items()}
    answer = await shop.engine.execute("{ shop { quiet: slogan slogan(loud: true) owner { name } } }")
    assert answer["data"] == {"shop": {"quiet": None, "slogan": None, "owner": {"name": "Dev"}}}
    assert codes(answer) == [(["shop", "slogan"], "FORBIDDEN")]


async def test_a_requirement_that_failed_nulls_the_field_that_requires_it_and_no_other_of_the_same_request() -> None:
    shop = Shop()
    query = "{ products { title inStock shipping } }"
    whole = (await shop.engine.execute(query))["data"]["products"]
    products = [{"title": "Chair", "ean": "e1", "price": None, "weight": 5}]
    products.append({"title": "Table", "ean": "e2", "price": 500, "weight": 20})
    error = {"message": "no", "path": ["products", 0, "price"], "extensions": {"code": "FORBIDDEN"}}
    shop.subgraphs["catalogue"] = Says({"data": {"products": products}, "errors": [error]})
    engine = shop.engine
    for answer in [await engine.execute(query) for _ in range(2)]:
        assert answer["data"]["products"] == [{**whole[0], "shipping": None}, whole[1]]
        assert codes(answer) == [(["products", 0, "shipping"], "FORBIDDEN")]
    # Once for those that have all that is required, once for the others.
    assert len(shop.stock.requests) == 1 + 2 * 2


async def test_what_depended_on_the_dead_subgraph_tells_the_same_reason() -> None:
    shop = Shop()
    shop.subgraphs["catalogue"] = Dead()
    answer = await shop.engine.execute("{ me { name reviews { product { sku inStock } } } }")
    assert answer["data"]["me"]["reviews"][0] == {"product": {"sku": "p1", "inStock": None}}
    assert codes(answer) == [(["me", "reviews", 0, "product", "inStock"], "UPSTREAM_UNAVAILABLE")]


@pytest.mark.parametrize(
    "response",
    [
        b"<html>",
        b"[]",
        b"{}",
        {"data": None},
        {"data": [], "errors": []},
        {"data": {"_entities": [None]}},
        {"data": {}},
    ],
)
async def test_an_answer_that_is_none_is_no_answer(response: object) -> None:
    shop = Shop()
    shop.subgraphs["reviews"] = Says(response)
    answer = await shop.engine.execute("{ products { title rating } }")
    assert [product["rating"] for product in answer["data"]["products"]] == [None, None, None]
    assert codes(answer) == [(["products", 0, "rating"], "UPSTREAM_UNAVAILABLE")]


@pytest.mark.parametrize("users", [5, {"name": "Asha"}, "Asha", [5], [[]], [{"name": ["Asha"]}], [{"name": {}}]])
async def test_an_answer_of_another_shape_is_no_answer(users: object) -> None:
    shop = Shop()
    shop.subgraphs["accounts"] = Says({"data": {"users": users}})
    answer = await shop.engine.execute("{ users { name } }")
    assert answer["data"] is None
    [(path, code)] = codes(answer)
    assert code == "UPSTREAM_UNAVAILABLE"
    assert isinstance(path, list)
    assert path[0] == "users"


@pytest.mark.parametrize("name", [[], {}, 5, "User", "Nothing"])
async def test_a_type_that_is_none_of_the_interfaces_is_no_type(name: object) -> None:
    shop = Shop()
    shop.subgraphs["catalogue"] = Says({"data": {"items": [{"__typename": name, "title": "Chair"}]}})
    answer = await shop.engine.execute("{ items { title } me { name } }")
    assert answer["data"] is None
    (error,) = answer["errors"]
    assert error["path"] == ["items", 0]


@pytest.mark.parametrize(
    "path", [5, [{}], [[]], [None], ["_entities", -1], ["_entities", -1, "rating"], ["_entities", 0, "rating", -3]]
)
async def test_an_error_at_no_place_is_still_told(path: object) -> None:
    shop = Shop()
    entities = [{"rating": one} for one in (4.5, None, 1.0)]
    shop.subgraphs["reviews"] = Says(
        {"data": {"_entities": entities}, "errors": [{"message": "somewhere", "path": path}]}
    )
    answer = await shop.engine.execute("{ products { rating } }")
    assert answer == {"data": {"products": entities}, "errors": [{"message": "somewhere"}]}


@pytest.mark.parametrize("ratings", [0, 1, 4])
async def test_entities_that_are_too_few_or_too_many_are_nobodys(ratings: int) -> None:
    shop = Shop()
    shop.subgraphs["reviews"] = Says({"data": {"_entities": [{"rating": 1.5}] * ratings}})
    answer = await shop.engine.execute("{ products { title rating } }")
    assert [product["rating"] for product in answer["data"]["products"]] == [None, None, None]
    assert codes(answer) == [(["products", 0, "rating"], "UPSTREAM_UNAVAILABLE")]


async def test_a_field_that_was_left_out_is_no_null() -> None:
    shop = Shop()
    shop.subgraphs["accounts"] = Says({"data": {}})
    answer = await shop.engine.execute("{ me { name } }")
    assert answer["data"] == {"me": None}
    assert codes(answer) == [(["me"], "UPSTREAM_UNAVAILABLE")]


async def test_entity_errors_come_at_the_clients_path_with_their_code() -> None:
    answer = await Shop().engine.execute("{ products { title mustRate } }")
    assert codes(answer) == [(["products", 2, "mustRate"], "NOT_RATED")]
    assert answer["data"] is None


async def test_one_entity_in_two_places_fails_in_both() -> None:
    shop = Shop()
    error = {"message": "no", "path": ["_entities", 0, "title"], "extensions": {"code": "FORBIDDEN"}}
    shop.subgraphs["catalogue"] = Says(
        {"data": {"_entities": [{"title": None}, {"title": "Table"}]}, "errors": [error]}
    )
    answer = await shop.engine.execute("{ latestReviews { p: product { title } } }")
    assert codes(answer) == [
        (["latestReviews", 0, "p", "title"], "FORBIDDEN"),
        (["latestReviews", 2, "p", "title"], "FORBIDDEN"),
    ]
    assert [review["p"] for review in answer["data"]["latestReviews"]] == [
        {"title": None},
        {"title": "Table"},
        {"title": None},
    ]


async def test_an_error_below_the_null_keeps_its_whole_path() -> None:
    shop = Shop()
    error = {"message": "no", "path": ["_entities", 0, "shelf", "hall", "id"]}
    shop.subgraphs["catalogue"] = Says({"data": {"_entities": [{"shelf": None}]}, "errors": [error]})
    answer = await shop.engine.execute("{ latestReviews(first: 1) { product { shelf { number } } } }")
    assert codes(answer) == [(["latestReviews", 0, "product", "shelf", "hall", "id"], None)]


async def test_what_lacks_a_part_of_its_key_says_so_at_its_own_place() -> None:
    shop = Shop()
    error = {"message": "no", "path": ["product", "shelf", "hall", "id"], "extensions": {"code": "FORBIDDEN"}}
    product = {"shelf": {"hall": None, "number": 3}}
    shop.subgraphs["catalogue"] = Says({"data": {"product": product}, "errors": [error]})
    answer = await shop.engine.execute('{ product(sku: "p1") { shelf { number free } } }')
    assert answer["data"] == {"product": {"shelf": None}}
    assert codes(answer) == [(["product", "shelf", "free"], "FORBIDDEN")]


async def test_of_errors_that_one_null_hides_the_first_is_told() -> None:
    shop = Shop()
    errors = [{"message": "no", "path": ["me", "name"]}, {"message": "no", "path": ["me", "id"]}]
    shop.subgraphs["accounts"] = Says({"data": {"me": None}, "errors": errors})
    assert codes(await shop.engine.execute("{ me { name id } }")) == [(["me", "name"], None)]


async def test_an_error_of_a_whole_request_keeps_its_code() -> None:
    shop = Shop()
    refusal = {"message": "who are you?", "extensions": {"code": "UNAUTHENTICATED"}}
    shop.subgraphs["accounts"] = Says({"data": None, "errors": [refusal]})
    answer = await shop.engine.execute("{ me { name } }")
    assert answer["data"] == {"me": None}
    assert codes(answer) == [(["me"], "UNAUTHENTICATED")]


async def test_an_error_that_explains_no_null_is_still_told() -> None:
    shop = Shop()
    shop.subgraphs["accounts"] = Says({"data": {"me": {"name": "Asha"}}, "errors": [{"message": "by the way"}]})
    answer = await shop.engine.execute("{ me { name } }")
    assert answer == {"data": {"me": {"name": "Asha"}}, "errors": [{"message": "by the way"}]}


async def test_a_null_where_none_may_be_goes_up_to_the_nearest_that_may() -> None:
    shop = Shop()
    shop.subgraphs["reviews"] = Says({"data": {"_entities": [{"mustRate": None}]}})
    answer = await shop.engine.execute('{ product(sku: "p1") { title mustRate } me { name } }')
    assert answer["data"] == {"product": None, "me": {"name": "Asha"}}
    assert codes(answer) == [(["product", "mustRate"], None)]


async def test_an_entity_that_is_null_because_of_one_field_says_so_whichever_field_comes_first() -> None:
    shop = Shop()
    error = {"message": "no", "path": ["_entities", 0, "mustRate"], "extensions": {"code": "FORBIDDEN"}}
    shop.subgraphs["reviews"] = Says({"data": {"_entities": [None]}, "errors": [error]})
    for fields in ("rating reviews { id } mustRate", "mustRate reviews { id }", "title mustRate rating"):
        answer = await shop.engine.execute(f'{{ product(sku: "p1") {{ {fields} }} me {{ name }} }}')
        assert answer["data"] == {"product": None, "me": {"name": "Asha"}}
        assert codes(answer) == [(["product", "mustRate"], "FORBIDDEN")]


async def test_a_request_that_failed_because_of_one_field_is_told_where_that_is() -> None:
    shop = Shop()
    error = {"message": "no", "path": ["users", 0, "name"], "extensions": {"code": "FORBIDDEN"}}
    shop.subgraphs["accounts"] = Says({"data": None, "errors": [error]})
    answer = await shop.engine.execute("{ me { name } users { name } products(first: 1) { title } }")
    assert answer["data"] is None
    assert codes(answer) == [(["users", 0, "name"], "FORBIDDEN")]


async def test_an_unknown_entity_is_null_without_an_error() -> None:
    shop = Shop()
    shop.subgraphs["accounts"] = Says({"data": {"_entities": [None, None]}})
    answer = await shop.engine.execute("{ latestReviews { author { email } } }")
    assert answer["data"]["latestReviews"][0] == {"author": {"email": None}}
    assert "errors" not in answer


async def test_a_value_that_is_inaccessible_is_not_shown() -> None:
    answer = await Shop().engine.execute("{ products { state } }")
    assert [product["state"] for product in answer["data"]["products"]] == ["NEW", "OLD", None]
    assert codes(answer) == [(["products", 2, "state"], None)]
    assert "SECRET" not in json.dumps(answer)


@pytest.mark.parametrize(
    ("query", "variables", "part"),
    [
        ("{ me {", {}, "Syntax Error"),
        ("{ nobody }", {}, "Cannot query field 'nobody'"),
        ("{ products { cost } }", {}, "Cannot query field 'cost'"),
        ("query ($n: Int!) { products(first: $n) { sku } }", {}, "$n"),
        ("query ($n: Int!) { products(first: $n) { sku } }", {"n": "x"}, "$n"),
    ],
)
async def test_a_wrong_request_is_refused_before_anything_is_fetched(
    query: str, variables: dict[str, Any], part: str
) -> None:
    shop = Shop()
    answer = await shop.engine.execute(query, variables)
    assert "data" not in answer
    assert part in answer["errors"][0]["message"]
    assert not any(subgraph.requests for subgraph in (shop.accounts, shop.catalogue))


async def test_a_resolvers_error_is_passed_on_as_it_is() -> None:
    shop = Shop()
    me = shop.accounts.schema.query_type
    assert me is not None

    def refuse(*_: object) -> None:
        raise GraphQLError("not you", extensions={"code": "FORBIDDEN", "why": "role"})

    me.fields["me"].resolve = refuse
    answer = await shop.engine.execute("{ me { id } }")
    assert answer["errors"] == [
        {"message": "not you", "path": ["me"], "extensions": {"code": "FORBIDDEN", "why": "role"}}
    ]
