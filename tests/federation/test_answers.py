"""Whole answers, through real subgraphs."""

import pytest

from tests.federation.shop import Shop


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ me { name } }", {"me": {"name": "Asha"}}),
        ("{ a: me { n: name id } }", {"a": {"n": "Asha", "id": "u1"}}),
        (
            "{ products { title rating inStock } }",
            {
                "products": [
                    {"title": "Chair", "rating": 4.5, "inStock": 3},
                    {"title": "Table", "rating": 2.0, "inStock": 4},
                    {"title": "Lamp", "rating": None, "inStock": None},
                ]
            },
        ),
        # A key that the client's own aliases would overwrite.
        (
            '{ product(sku: "p1") { sku: title ean: rating inStock } }',
            {"product": {"sku": "Chair", "ean": 4.5, "inStock": 3}},
        ),
        # @requires, with arguments that differ from the client's own.
        (
            '{ product(sku: "p1") { price(currency: "USD") shipping } }',
            {"product": {"price": 5, "shipping": 10}},
        ),
        # A composite key.
        ('{ product(sku: "p1") { shelf { free } } }', {"product": {"shelf": {"free": 30}}}),
        (
            "{ fullShelves { free number hall { id } } }",
            {"fullShelves": [{"free": 0, "number": 0, "hall": {"id": "h1"}}]},
        ),
        # A value type without keys, put together from two subgraphs at the root.
        ("{ shop { slogan owner { name } } }", {"shop": {"slogan": "Sit well", "owner": {"name": "Dev"}}}),
        # Interfaces and unions.
        (
            "{ items { __typename title rating: sku } }",
            {
                "items": [
                    {"__typename": "Product", "title": "Chair", "rating": "p1"},
                    {"__typename": "Bundle", "title": "Chair and table", "rating": "b1"},
                ]
            },
        ),
        (
            "{ items { sku ... on Product { rating inStock } ... on Bundle { rating products { rating } } } }",
            {
                "items": [
                    {"sku": "p1", "rating": 4.5, "inStock": 3},
                    {"sku": "b1", "rating": 3.25, "products": [{"rating": 4.5}, {"rating": 2.0}]},
                ]
            },
        ),
        (
            "{ found { __typename ... on User { name } ... on Product { title rating } } }",
            {
                "found": [
                    {"__typename": "User", "name": "Asha"},
                    {"__typename": "Product", "title": "Table", "rating": 2.0},
                ]
            },
        ),
        # Back and forth between the same two subgraphs.
        (
            '{ product(sku: "p2") { reviews { author { name email reviews { product { title } } } } } }',
            {
                "product": {
                    "reviews": [
                        {"author": {"name": "Dev", "email": None, "reviews": [{"product": {"title": "Table"}}]}}
                    ]
                }
            },
        ),
        # Fragments merge with fields, by response key, in order of first appearance.
        (
            """{ me { id ...F ... { email } name } }
            fragment F on User { name ...G } fragment G on User { id reviews { id } }""",
            {"me": {"id": "u1", "name": "Asha", "reviews": [{"id": "r1"}, {"id": "r3"}], "email": "asha@example.org"}},
        ),
        (
            "{ a: me { id } ... on Query { me { name } ...F } } fragment F on Query { me { email } a: me { name } }",
            {"a": {"id": "u1", "name": "Asha"}, "me": {"name": "Asha", "email": "asha@example.org"}},
        ),
        ("{ __typename me { __typename } }", {"__typename": "Query", "me": {"__typename": "User"}}),
    ],
)
async def test_the_answer_is_what_one_server_would_give(query: str, data: object) -> None:
    answer = await Shop().engine.execute(query)
    assert answer == {"data": data}
    assert list(answer["data"]) == list(data)  # type: ignore[call-overload]


async def test_fields_come_in_the_order_of_the_clients_query() -> None:
    answer = await Shop().engine.execute('{ product(sku: "p1") { rating title inStock sku } me { email id } }')
    assert list(answer["data"]) == ["product", "me"]
    assert list(answer["data"]["product"]) == ["rating", "title", "inStock", "sku"]
    assert list(answer["data"]["me"]) == ["email", "id"]


async def test_variables_reach_the_subgraphs_that_use_them_and_no_other() -> None:
    shop = Shop()
    query = """query Some($n: Int!, $loud: Boolean = true) {
      products(first: $n) { sku rating }
      shop { slogan(loud: $loud) }
    }"""
    answer = await shop.engine.execute(query, {"n": 1})
    assert answer["data"] == {"products": [{"sku": "p1", "rating": 4.5}], "shop": {"slogan": "SIT WELL"}}
    assert dict(shop.catalogue.requests[0].variables) == {"n": 1}
    assert set(shop.reviews.requests[0].variables) == {"representations"}


async def test_a_variable_may_have_the_name_that_representations_have() -> None:
    query = "query ($representations: Int) { latestReviews(first: $representations) { product { title } } }"
    answer = await Shop().engine.execute(query, {"representations": 1})
    assert answer["data"] == {"latestReviews": [{"product": {"title": "Chair"}}]}


@pytest.mark.parametrize(("wanted", "asked"), [(True, 1), (False, 0)])
async def test_skip_and_include_decide_what_is_fetched(wanted: bool, asked: int) -> None:
    shop = Shop()
    query = "query ($yes: Boolean!) { me { name reviews @include(if: $yes) { id } email @skip(if: $yes) } }"
    answer = await shop.engine.execute(query, {"yes": wanted})
    assert ("reviews" in answer["data"]["me"]) is wanted
    assert ("email" in answer["data"]["me"]) is not wanted
    assert len(shop.reviews.requests) == asked


async def test_one_document_gives_each_decision_its_own_plan() -> None:
    engine = Shop().engine
    query = "query ($yes: Boolean!) { me { id name @include(if: $yes) } }"
    first, second = [await engine.execute(query, {"yes": yes}) for yes in (True, False)]
    assert first["data"]["me"] == {"id": "u1", "name": "Asha"}
    assert second["data"]["me"] == {"id": "u1"}


async def test_operation_name_chooses() -> None:
    engine = Shop().engine
    document = "query A { me { id } } query B { me { name } }"
    assert (await engine.execute(document, operation_name="B"))["data"] == {"me": {"name": "Asha"}}
    assert (await engine.execute(document, operation_name="A"))["data"] == {"me": {"id": "u1"}}


@pytest.mark.parametrize("name", [None, "C"])
async def test_an_unclear_operation_name_is_refused(name: str | None) -> None:
    answer = await Shop().engine.execute("query A { me { id } } query B { me { id } }", operation_name=name)
    assert "data" not in answer
    assert "operation" in answer["errors"][0]["message"]
