"""A small shop in four subgraphs, with data; what the behaviour tests run against."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLError

from services.gateway.federation import Engine, load_supergraph
from tests.federation.memory_subgraph import MemorySubgraph, Resolver

FOLDER = Path(__file__).parent

USERS: Mapping[str, dict[str, Any]] = {
    "u1": {"id": "u1", "name": "Asha", "email": "asha@example.org"},
    "u2": {"id": "u2", "name": "Dev", "email": None},
}
PRODUCTS: Mapping[str, dict[str, Any]] = {
    "p1": {
        "sku": "p1",
        "ean": "e1",
        "title": "Chair",
        "weight": 5,
        "shelf": {"hall": {"id": "h1"}, "number": 3},
        "state": "NEW",
    },
    "p2": {"sku": "p2", "ean": "e2", "title": "Table", "weight": 20, "shelf": None, "state": "OLD"},
    "p3": {"sku": "p3", "ean": None, "title": "Lamp", "weight": 1, "shelf": None, "state": "SECRET"},
}
BUNDLES: Mapping[str, dict[str, Any]] = {
    "b1": {"sku": "b1", "title": "Chair and table", "products": [PRODUCTS["p1"], PRODUCTS["p2"]]}
}
REVIEWS: Mapping[str, dict[str, Any]] = {
    "r1": {"id": "r1", "body": "Sturdy", "author": USERS["u1"], "product": {"sku": "p1"}},
    "r2": {"id": "r2", "body": "Wobbly", "author": USERS["u2"], "product": {"sku": "p2"}},
    "r3": {"id": "r3", "body": "Again!", "author": USERS["u1"], "product": {"sku": "p1"}},
}
RATINGS: Mapping[str, float] = {"p1": 4.5, "p2": 2.0, "b1": 3.25}


class Shop:
    """The four subgraphs and the engine over them. `log` is what mutations did, in the order in which they ran."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.accounts = _subgraph("accounts", self._accounts(), {"User": lambda key: USERS.get(key["id"])})
        self.catalogue = _subgraph("catalogue", self._catalogue(), {"Product": _product, "Bundle": _bundle})
        self.stock = _subgraph("stock", {"Query.fullShelves": _full_shelves}, {"Product": _stock, "Shelf": _shelf})
        self.reviews = _subgraph(
            "reviews",
            self._reviews(),
            {"Product": _rated_product, "Bundle": _rated_bundle, "User": _author, "Review": _review_by_id},
        )
        self.subgraphs: dict[str, Any] = {
            "accounts": self.accounts,
            "catalogue": self.catalogue,
            "stock": self.stock,
            "reviews": self.reviews,
        }

    @property
    def engine(self) -> Engine:
        return Engine(load_supergraph((FOLDER / "supergraph.graphql").read_text()), self.subgraphs)

    def _accounts(self) -> Mapping[str, Resolver]:
        return {
            "Query.me": lambda *_: USERS["u1"],
            "Query.users": lambda *_: list(USERS.values()),
            "Query.shop": lambda *_: {"owner": USERS["u2"]},
            "Mutation.rename": self._rename,
        }

    def _rename(self, _source: object, _info: object, id: str, name: str) -> dict[str, Any]:  # noqa: A002
        self.log.append(f"rename {id}")
        return {**USERS[id], "name": name}

    def _catalogue(self) -> Mapping[str, Resolver]:
        return {
            "Query.products": _products,
            "Query.product": lambda _source, _info, sku: PRODUCTS.get(sku),
            "Query.items": lambda *_: [_typed("Product", PRODUCTS["p1"]), _typed("Bundle", BUNDLES["b1"])],
            "Query.found": lambda *_, text=None: [_typed("User", {"id": "u1"}), _typed("Product", PRODUCTS["p2"])],  # noqa: ARG005
            "Query.shop": lambda *_: {},
            "Shop.slogan": lambda _source, _info, loud=False: "SIT WELL" if loud else "Sit well",
            "Product.price": lambda source, _info, currency="INR": (
                len(source["title"]) * (100 if currency == "INR" else 1)
            ),
            "Mutation.addProduct": self._add_product,
            "Mutation.addBundle": self._add_bundle,
        }

    def _add_product(self, _source: object, _info: object, title: str) -> dict[str, Any]:
        self.log.append(f"product {title}")
        return {**PRODUCTS["p1"], "title": title}

    def _add_bundle(self, _source: object, _info: object, title: str) -> dict[str, Any]:
        self.log.append(f"bundle {title}")
        return {**BUNDLES["b1"], "title": title}

    def _reviews(self) -> Mapping[str, Resolver]:
        return {
            "Query.latestReviews": lambda _source, _info, first=None: list(REVIEWS.values())[:first],
            "Mutation.review": self._review,
            "Product.mustRate": _must_rate,
            "Product.reviews": lambda source, _info: _reviews_where("product", "sku", source["sku"]),
            "User.reviews": lambda source, _info: _reviews_where("author", "id", source["id"]),
        }

    def _review(self, _source: object, _info: object, sku: str, body: str) -> dict[str, Any]:
        self.log.append(f"review {sku}")
        return {"id": "r9", "body": body, "author": USERS["u2"], "product": {"sku": sku}}


def _subgraph(name: str, resolvers: Mapping[str, Resolver], references: Mapping[str, Resolver]) -> MemorySubgraph:
    return MemorySubgraph((FOLDER / f"{name}.graphql").read_text(), resolvers, references)


def _typed(type_name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"__typename": type_name, **value}


def _products(_source: object, _info: object, first: int, search: str | None = None) -> list[dict[str, Any]]:
    return [one for one in PRODUCTS.values() if not search or search in one["title"]][:first]


def _product(key: dict[str, Any]) -> dict[str, Any] | None:
    return next((one for one in PRODUCTS.values() if all(one[name] == value for name, value in key.items())), None)


def _bundle(key: dict[str, Any]) -> dict[str, Any] | None:
    return BUNDLES.get(key["sku"])


def _stock(given: dict[str, Any]) -> dict[str, Any]:
    shipping = given["price"] // 100 + given["weight"] if "price" in given and "weight" in given else None
    return {"ean": given["ean"], "inStock": len(given["ean"]) + int(given["ean"][1:]), "shipping": shipping}


def _shelf(key: dict[str, Any]) -> dict[str, Any]:
    return {**key, "free": key["number"] * 10}


def _full_shelves(*_: object) -> list[dict[str, Any]]:
    return [_shelf({"hall": {"id": "h1"}, "number": 0})]


def _rated_product(key: dict[str, Any]) -> dict[str, Any]:
    return {"sku": key["sku"], "rating": RATINGS.get(key["sku"])}


def _rated_bundle(key: dict[str, Any]) -> dict[str, Any]:
    return {"sku": key["sku"], "rating": RATINGS[key["sku"]]}


def _must_rate(source: dict[str, Any], _info: object) -> float:
    rating: float | None = source["rating"]
    if rating is None:
        raise GraphQLError("not rated yet", extensions={"code": "NOT_RATED"})
    return rating


def _author(key: dict[str, Any]) -> dict[str, Any]:
    return {"id": key["id"]}


def _review_by_id(key: dict[str, Any]) -> dict[str, Any] | None:
    return REVIEWS.get(key["id"])


def _reviews_where(side: str, key: str, value: str) -> list[dict[str, Any]]:
    return [review for review in REVIEWS.values() if review[side][key] == value]
