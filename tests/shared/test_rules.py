"""One table says who may see which field: the schema is held to it, and does not come up without it."""

from typing import Any
from uuid import uuid4

import pytest
import strawberry
from graphql import GraphQLObjectType

from shared.auth.viewer import MONEY_READ, Role, Viewer
from shared.graphql.context import Context, Info, is_frozen
from shared.graphql.money import Document, ShownMoney, show
from shared.graphql.pages import Connection, Page, connection
from shared.graphql.rules import EVERYBODY, OFFICE, TUTOR, Reach, Rules, RulesDiffer, Who, money, told
from shared.graphql.schema import Subgraph, subgraph
from shared.money import Money

COMPUTED: list[str] = []


def computed(what: str, info: Info[Context]) -> ShownMoney:
    COMPUTED.append(what)
    return show(Money(45000, "INR"), info)


@strawberry.federation.type(keys=["id"])
class Book:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Book":  # noqa: A002
        COMPUTED.append("reference")
        return cls(id=id)

    @strawberry.field
    def title(self) -> str:
        COMPUTED.append("title")
        return "Sums"

    @strawberry.field
    def note(self) -> str | None:
        COMPUTED.append("note")
        return "a note"

    @strawberry.field
    def price(self, info: Info[Context]) -> ShownMoney:
        return computed("price", info)


@strawberry.type
class Query:
    @strawberry.field
    def book(self) -> Book | None:
        return Book(id=strawberry.ID("1"))

    @strawberry.field
    def shared_book(self) -> Book:
        return Book(id=strawberry.ID("2"))

    @strawberry.field
    def words(self) -> list[str]:
        return ["a", "b"]

    @strawberry.field
    def word(self) -> str:
        return "a"

    @strawberry.field
    def books(self) -> Connection[Book]:
        async def count() -> int:
            return 1

        page, rows = Page(1, None), [Book(id=strawberry.ID("1"))]
        return connection(page, rows, key=lambda row: [row.id], node=lambda row: row, count=count)

    @strawberry.field
    def report(self) -> str | None:
        return "all is well"

    @strawberry.field
    def total(self, info: Info[Context]) -> ShownMoney:
        return computed("total", info)

    @strawberry.field
    def bill(self) -> Document:
        COMPUTED.append("bill")
        return Document(available=True, url="http://x", sha256="0", reason=None)


@strawberry.type
class Mutation:
    @strawberry.mutation
    def write(self) -> str | None:
        COMPUTED.append("write")
        return "written"


PARENTS = Who(parent=Reach.FAMILY)
PARENTS_AND_TUTORS = Who(parent=Reach.FAMILY, tutor=Reach.OWN)
TABLE: dict[str, dict[str, Who]] = {
    "Book": {"id": PARENTS, "title": PARENTS, "note": OFFICE, "price": money(PARENTS)},
    "Query": {
        "book": PARENTS,
        "sharedBook": PARENTS,
        "words": OFFICE,
        "word": OFFICE,
        "books": PARENTS,
        "report": told(OFFICE),
        "total": money(TUTOR),
        "bill": money(OFFICE),
    },
    "Mutation": {"write": OFFICE},
}


def built(table: Rules = TABLE) -> Subgraph:
    return subgraph(table, Query, Mutation)


SCHEMA = built()


def with_row(type_name: str, field: str, who: Who) -> Rules:
    return {**TABLE, type_name: {**TABLE.get(type_name, {}), field: who}}


def without_row(type_name: str, field: str) -> Rules:
    return {**TABLE, type_name: {name: who for name, who in TABLE[type_name].items() if name != field}}


async def asked(query: str, role: Role, *scopes: str, frozen: bool = False, **variables: Any) -> Any:
    viewer = Viewer(str(uuid4()), role, frozenset(scopes))
    workspaces = frozenset(Role) if frozen else frozenset()
    context = Context(viewer=viewer, frozen=is_frozen(viewer, workspaces), currency="INR", locale="en_IN")
    COMPUTED.clear()
    return await SCHEMA.execute(query, variable_values=variables, context_value=context)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (without_row("Book", "note"), "Book.note has no rule"),
        (without_row("Mutation", "write"), "Mutation.write has no rule"),
        (with_row("Book", "weight", OFFICE), "Book.weight has a rule and is not there"),
        (with_row("Shelf", "id", OFFICE), "Shelf.id has a rule and is not there"),
        (with_row("Book", "price", PARENTS), "Book.price is money and its rule does not say so"),
        (with_row("Query", "bill", OFFICE), "Query.bill is money and its rule does not say so"),
        (with_row("Book", "title", money(PARENTS)), "Book.title is money and its rule does not say so"),
        (with_row("Query", "book", PARENTS_AND_TUTORS), "Query.book leads tutor to Book, of which they see nothing"),
        (with_row("Query", "books", EVERYBODY), "Query.books leads tutor to BookConnection, of which they see nothing"),
    ],
)
def test_a_schema_that_differs_from_its_table_does_not_come_up(table: Rules, complaint: str) -> None:
    with pytest.raises(RulesDiffer) as differ:
        built(table)
    assert complaint in str(differ.value)


EVERYTHING = "{ book { title } words report books { totalCount nodes { id } pageInfo { hasNextPage } } }"


async def test_what_one_may_see_is_there() -> None:
    answer = await asked("{ book { title note price { amount } } words word report bill { url } }", Role.COORDINATOR)
    assert answer.errors is None
    assert answer.data == {
        "book": {"title": "Sums", "note": "a note", "price": {"amount": "450.00"}},
        "words": ["a", "b"],
        "word": "a",
        "report": "all is well",
        "bill": {"url": "http://x"},
    }


async def test_what_one_may_not_see_is_as_if_it_were_not_there_and_is_not_computed() -> None:
    answer = await asked(
        "{ book { id } words books { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }",
        Role.TUTOR,
    )
    assert answer.errors is None
    nothing = {"totalCount": 0, "nodes": [], "edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
    assert answer.data == {"book": None, "words": [], "books": nothing}
    answer = await asked("{ book { title note } total { available amount display reason } }", Role.PARENT)
    assert answer.errors is None
    assert answer.data == {
        "book": {"title": "Sums", "note": None},
        "total": {"available": False, "amount": None, "display": "Not available", "reason": "NOT_FOUND"},
    }
    assert COMPUTED == ["title"]


@pytest.mark.parametrize(
    ("query", "code"),
    [("{ report }", "FORBIDDEN"), ("mutation { write }", "FORBIDDEN"), ("{ word }", "NOT_FOUND")],
)
async def test_what_cannot_be_left_out_is_refused(query: str, code: str) -> None:
    [error] = (await asked(query, Role.PARENT)).errors
    assert error.extensions == {"code": code}
    assert COMPUTED == []


async def test_frozen_money_is_not_computed_whoever_asks() -> None:
    query = "{ book { title price { available amount reason } } total { reason } bill { available url reason } }"
    for role in (Role.PARENT, Role.COORDINATOR, Role.SERVICE):
        answer = await asked(query, role, frozen=True)
        assert answer.errors is None
        assert answer.data["book"]["price"] == {"available": False, "amount": None, "reason": "BETA_FREEZE"}
        assert answer.data["bill"] == {"available": False, "url": None, "reason": "BETA_FREEZE"}
        assert COMPUTED == ["title"]
    live = await asked(query, Role.SERVICE, MONEY_READ, frozen=True)
    assert live.data["book"]["price"]["amount"] == "450.00"


REFERENCES = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Book { id note } } }"


async def test_references_to_what_a_role_never_sees_are_not_resolved() -> None:
    books = [{"__typename": "Book", "id": "7"}]
    assert (await asked(REFERENCES, Role.TUTOR, r=books)).data == {"_entities": [None]}
    assert COMPUTED == []
    assert (await asked(REFERENCES, Role.PARENT, r=books)).data == {"_entities": [{"id": "7", "note": None}]}


@pytest.mark.parametrize("reference", ["Book", 7, {"id": "7"}, {"__typename": "Shelf", "id": "7"}])
async def test_references_that_are_none_are_bad_input(reference: object) -> None:
    [error] = (await asked(REFERENCES, Role.PARENT, r=[reference])).errors
    assert error.extensions["code"] == "INVALID_INPUT"


def test_only_what_is_restricted_costs_anything() -> None:
    """Tutors never come to a Book, so its title is for all who do: its resolver is strawberry's own."""
    book = SCHEMA._schema.type_map["Book"]
    assert isinstance(book, GraphQLObjectType)
    wrapped = {name for name, field in book.fields.items() if field.resolve.__name__ == "guarded"}
    assert wrapped == {"note", "price"}
