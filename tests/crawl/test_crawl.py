"""Whatever is asked, by whomever, by whichever way in: nothing is heard that is not for them.

All tests read the record of one journey (journey.py). A rule that is broken in the code shows here, whatever its kind.
"""

import json
import re
from collections import defaultdict
from functools import cache
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLObjectType, get_named_type

from tests.crawl.crawler import SCHEMA, Heard, Record
from tests.crawl.journey import BEGINNING, Crawl
from tests.crawl.questions import Asker, Name
from tests.crawl.sentinels import readable

pytestmark = pytest.mark.timeout(900)

PEOPLE = ("parent", "tutor", "other parent", "other tutor", "nobody")
ALL_FIELDS = Asker(SCHEMA).all_fields
NO_OCCASION: dict[object, str] = {
    "BillingDifference": "the books agree",
    "PackagesDifference": "the books agree",
    "MissingEntries": "everything has arrived",
    "ReinstatePackagePayload": "nothing has expired",
    ("InvoiceDocument", "reason"): "no document fails",
    ("BillingReconciliation", "differences"): "the books agree",
    ("BillingReconciliation", "complaints"): "the books agree",
    ("PackagesReconciliation", "differences"): "the books agree",
    ("CycleProgress", "missing"): "everything has arrived",
    **dict.fromkeys(
        [("CycleProgress", name) for name in ("sessionsExpected", "statements", "payouts")],
        "the two events that are waited for come before the close",
    ),
    ("ChargeExplanation", "rechargedIn"): "no month has come after the void",
    "InvoiceDocumentConnection": "no document fails",
    "InvoiceDocumentEdge": "no document fails",
    ("Query", "parkedDocuments"): "no document fails",
    ("Mutation", "reinstatePackage"): "nothing has expired",
    ("Delivery", "dueAt"): "every message arrives",
    ("Delivery", "reason"): "every message arrives",
    ("Viewer", "person"): "a coordinator is no person of the organisation's",
}
"""What this organisation never has: these fields are asked for, and answer nothing."""


def is_money(name: Name) -> bool:
    type_ = SCHEMA.type_map[name[0]]
    assert isinstance(type_, GraphQLObjectType)
    return get_named_type(type_.fields[name[1]].type).name in ("Money", "Document")


@cache
def texts_of(heard: Heard) -> tuple[str, ...]:
    return tuple(readable(heard.content))


def test_every_field_is_asked_for(crawl: Crawl) -> None:
    assert crawl.frozen.asked == ALL_FIELDS
    assert {name for name in ALL_FIELDS - crawl.live.asked if name[0] not in ("Mutation", "Subscription")} <= {
        name for name in ALL_FIELDS if name[0].endswith("Payload") or name[0] in ONLY_OF_ACTIONS
    }


ONLY_OF_ACTIONS = ("ApprovalOutcome", "CycleProgress", "DocumentProgress", "MissingEntries", "RefusedLine",
    "TelegramLinkInvitation")  # fmt: skip


def test_no_amount_is_heard_while_money_is_frozen(crawl: Crawl) -> None:
    assert len(crawl.amounts.minor) > 40
    for record in (crawl.frozen, crawl.again):
        for heard in record.heard:
            if heard.who != "money reader" and "for=money" not in heard.what:
                for text in texts_of(heard):
                    assert not crawl.amounts.found_in(text), (heard.who, heard.way, heard.what)


def test_no_amount_is_logged(crawl: Crawl) -> None:
    assert BEGINNING in crawl.logged
    assert not crawl.amounts.found_in(crawl.logged)


def test_amounts_would_be_found(crawl: Crawl) -> None:
    """In every kind of answer that has them when money is live, and in what the reader of money hears meanwhile."""
    ways: set[tuple[str, str]] = set()
    for heard in crawl.live.heard:
        way = heard.what.rpartition(".")[2] if "/billing/invoices/" in heard.what else heard.way
        if (heard.who, way) not in ways and any(crawl.amounts.found_in(text) for text in texts_of(heard)):
            ways.add((heard.who, way))
    assert ways >= {("coordinator", way) for way in ("POST", "csv", "zip", "page", "billing directly")}
    assert ways >= {("parent", way) for way in ("POST", "page", "packages directly", "invoicing directly")}
    assert ways >= {("tutor", way) for way in ("POST", "page", "bot", "billing directly")}
    meanwhile = [heard for heard in crawl.frozen.heard if heard.who == "money reader"]
    assert any(crawl.amounts.found_in(text) for heard in meanwhile for text in texts_of(heard))


def test_frozen_money_has_no_value_for_anybody(crawl: Crawl) -> None:
    for who, seen in crawl.frozen.seen.items():
        if who != "money reader":
            assert not {name for name in seen if is_money(name)}, who


@pytest.mark.parametrize("who", ["coordinator", "service", "money reader", *PEOPLE])
@pytest.mark.parametrize("phase", ["frozen", "live"])
def test_nobody_sees_a_field_that_the_table_does_not_give_them(crawl: Crawl, phase: str, who: str) -> None:
    record: Record = getattr(crawl, phase)
    assert {name for name in record.seen[who] if not crawl.may(who)(name)} == set()


@pytest.mark.parametrize("who", ["coordinator", "parent", "tutor"])
def test_everybody_sees_every_field_that_the_table_gives_them(crawl: Crawl, who: str) -> None:
    """Of all types that a question leads them to; what is done and told by mutations is the coordinator's."""
    ways, seen = Asker(SCHEMA, crawl.may(who)).ways, crawl.live.seen[who] | crawl.frozen.seen[who]
    given = {name for name in ALL_FIELDS if name[0] in ways or who == "coordinator"}
    unseen = {name for name in given - seen if crawl.may(who)(name)}
    assert {name for name in unseen if name not in NO_OCCASION and name[0] not in NO_OCCASION} == set()


OPEN_DOOR = "/sign-in"
"""The embedded form's page of people, where whoever sits at the machine can be anybody."""


def owned(crawl: Crawl, *owners: str) -> set[str]:
    """The ids of all rows that belong to them, and of the rows that belong to those."""
    ids = {UUID(owner).hex for owner in owners}
    tables = {name: rows for name, rows in crawl.rows.items() if name.split(".")[1] not in ("outbox", "inbox")}
    grown = -1
    while grown != len(ids):
        grown = len(ids)
        for rows in tables.values():
            for row in rows:
                values = {str(value).replace("-", "") for column, value in row.items() if column != "id"}
                if values & ids and isinstance(row.get("id"), UUID):
                    ids.add(row["id"].hex)
    return {str(UUID(id_)) for id_ in ids}


def foreign_to(crawl: Crawl, who: str) -> tuple[set[str], re.Pattern[str]]:
    """Ids and words that are not for somebody."""
    one, other = crawl.worlds if "other" not in who else crawl.worlds[::-1]
    words = f"{other.tag}|" + ("98400 ?222|9840022" if other.tag == "Berg" else "98400 ?111|9840011")
    if who == "nobody":
        words += f"|{one.tag}"
    if "tutor" in who:
        words += f"|{one.tag} Elter|{one.tag}@eltern|{one.tag}-elter|{one.tag}-kind|{one.tag} Rabatt|{one.tag} Beleg"
    if "parent" in who:
        words += f"|{one.tag}@lehrer|{one.tag}-lehrer|{one.tag} Abzug|{one.tag} Überweisung"
    return owned(crawl, other.parent, other.tutor, *other.children), re.compile(words, re.IGNORECASE)


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_hears_of_another_family_or_tutor(crawl: Crawl, who: str) -> None:
    ids, words = foreign_to(crawl, who)
    assert len(ids) > 30
    for record in (crawl.frozen, crawl.live):
        for heard in record.heard:
            if heard.who == who and heard.what != OPEN_DOOR:
                for text in texts_of(heard):
                    assert not words.search(text), (heard.way, heard.what, words.search(text))
                    found = {id_ for id_ in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", text) if id_ in ids}
                    assert {id_ for id_ in found if id_ not in heard.what} == set(), (heard.way, heard.what)


@pytest.mark.parametrize("who", ["parent", "tutor"])
def test_a_list_is_as_long_whoevers_cursor_it_goes_on_from(crawl: Crawl, who: str) -> None:
    counts: dict[tuple[str, str], set[int]] = defaultdict(set)
    for record in (crawl.frozen, crawl.live):
        for heard in record.heard:
            narrowed = "search" in heard.what or "filter" in heard.what
            if heard.who == who and heard.way == "POST" and "query" in heard.what and not narrowed:
                for name, value in (json.loads(heard.content).get("data") or {}).items():
                    if isinstance(value, dict) and "totalCount" in value:
                        counts[record.phase, name].add(value["totalCount"])
    assert len(counts) > 10
    assert {name: seen for name, seen in counts.items() if len(seen) > 1} == {}


@pytest.mark.parametrize(("who", "term"), [("parent", "Berg Elter"), ("parent", "98400 222"), ("tutor", "Wolke Elter")])
def test_a_search_for_others_finds_none(crawl: Crawl, who: str, term: str) -> None:
    found = [
        value["totalCount"]
        for heard in crawl.live.heard
        if heard.who == who and heard.way == "POST" and f'search: "{term}"' in heard.what
        for value in json.loads(heard.content)["data"].values()
    ]
    assert len(found) > 4
    assert set(found) == {0}


def codes(content: bytes) -> set[str]:
    errors: list[dict[str, Any]] = json.loads(content).get("errors", [])
    return {error["extensions"]["code"] for error in errors}


def test_lists_by_amounts_are_refused_while_money_is_frozen(crawl: Crawl) -> None:
    by_amount = [
        heard
        for heard in crawl.frozen.heard
        if heard.way == "POST" and re.search(r"\{ amount: |order: LARGEST_", heard.what) and "query" in heard.what
    ]
    told = [heard for heard in by_amount if crawl.may(heard.who)(("Query", re.findall(r"\{ (\w+)", heard.what)[0]))]
    assert len(told) >= 2 * 9
    assert all(codes(heard.content) == {"MONEY_FROZEN"} for heard in told)


def test_who_shows_no_token_gets_nothing(crawl: Crawl) -> None:
    for record in (crawl.frozen, crawl.live):
        heard = [each for each in record.heard if each.who == "unauthenticated" and each.way in ("GET", "POST")]
        api = [each for each in heard if "/billing/" in each.what and "/admin" not in each.what]
        assert len(api) >= 5
        assert all(codes(each.content) == {"UNAUTHENTICATED"} for each in api)


def test_a_link_from_before_is_shut_when_money_is_frozen(crawl: Crawl) -> None:
    live = [heard for heard in crawl.live.heard if heard.who == "a link's finder" and heard.way == "GET"]
    again = [heard for heard in crawl.again.heard if heard.who == "a link's finder" and heard.way == "GET"]
    assert len(live) == len(again) > 2
    assert all(heard.content.startswith(b"%PDF") for heard in live)
    readers = {heard.what: heard.content for heard in again}
    shut = {codes(content) == {"MONEY_FROZEN"} for link, content in readers.items() if "for=money" not in link}
    assert shut == {True}


def test_billing_items_of_the_navigation_are_disabled_with_the_reason(crawl: Crawl) -> None:
    for who in ("parent", "tutor", "coordinator"):
        answers = [
            json.loads(heard.content)["data"]["viewer"]["navigation"]
            for heard in crawl.frozen.heard
            if heard.who == who and heard.way == "GET" and "viewer {" in heard.what
        ]
        assert answers
        disabled = [item for navigation in answers for item in navigation if not item["enabled"]]
        assert disabled
        assert {item["reason"] for item in disabled} == {"BETA_FREEZE"}


def test_plans_answer_as_the_ordinary_way_does(crawl: Crawl) -> None:
    for record in (crawl.frozen, crawl.live):
        assert record.compared > 200
        assert record.differences == []
