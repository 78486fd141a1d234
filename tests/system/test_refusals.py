"""What is refused, is refused by its code and leaves everything as it was."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.auth.viewer import Role, Viewer
from tests.asking import Refused
from tests.system.books import Books, read_books
from tests.system.conftest import started
from tests.system.desk import Desk, at_desk
from tests.system.product import Form
from tests.system.term import KOLKATA, this_month

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGE_ID = "019a0000-0000-7000-8000-00000000dead"
SALE = {"totalSessions": 10, "pricePerSession": {"amount": "500"}, "idempotencyKey": "the first sale"}


@dataclass(frozen=True)
class Office:
    desk: Desk
    asha: str
    ira: str
    ashas_package: str
    meena: str
    rateless: str
    session: str
    """Logged and not approved."""
    rejected: str
    stranger: str
    """A parent of another family."""
    this_month: str
    last_month: str
    month_before: str

    @property
    def strangers_desk(self) -> Desk:
        return self.desk.of(Viewer(self.stranger, Role.PARENT))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(form: Form, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder = tmp_path_factory.mktemp("refusals")
    async with started(form, folder, {"NIVAA_FREEZE": "none"}) as product, at_desk(product.gateway) as desk:
        yield await furnished(desk)


async def furnished(desk: Desk) -> Office:
    """Two approved sessions of a tutor without a rate in the month before last, one of Meena's in the last."""
    asha = await desk.make("createParent", name="Asha Rao")
    ira = await desk.make("createChild", parentId=asha, name="Ira")
    meena = await desk.make("createTutor", name="Meena")
    rateless = await desk.make("createTutor", name="Omar")
    await desk.set_rate(meena, "300", "2020-01-01")
    ashas_package = await desk.make("createPackage", parentId=asha, **SALE)
    months = [this_month().plus(-number) for number in range(3)]
    last, before = (month.starts_at(KOLKATA) for month in months[1:])
    taught = [await desk.log(ira, rateless, before + timedelta(days=day, hours=10)) for day in (1, 2)]
    taught.append(await desk.log(ira, meena, last + timedelta(days=1)))
    await desk.approve_all(taught)
    await desk.until_counted(str(months[2]), 2)
    await desk.until_counted(str(months[1]), 1)
    rejected = await desk.log(ira, meena, last + timedelta(days=3))
    await desk.ask('mutation ($id: ID!) { rejectSession(id: $id, reason: "twice") { session { id } } }', id=rejected)
    return Office(
        desk=desk,
        asha=asha,
        ira=ira,
        ashas_package=ashas_package,
        meena=meena,
        rateless=rateless,
        session=await desk.log(ira, meena, last + timedelta(days=2)),
        rejected=rejected,
        stranger=await desk.make("createParent", name="Somebody Else"),
        this_month=str(months[0]),
        last_month=str(months[1]),
        month_before=str(months[2]),
    )


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def everything_stays(office: Office) -> AsyncIterator[None]:
    before = await everything(office.desk)
    yield
    assert await everything(office.desk) == before


async def everything(desk: Desk) -> tuple[Books, dict[str, Any]]:
    people = """{
      parents { nodes { id name email children { id name } } }
      tutors { nodes { id name ratePerSession { amount } } }
      packageOffers { id }
    }"""
    return await read_books(desk), await desk.ask(people)


async def refusal_of(desk: Desk, query: str, **variables: Any) -> dict[str, Any]:
    """The extensions of the one error that the answer has."""
    with pytest.raises(Refused) as refused:
        await desk.ask(query, **variables)
    (error,) = refused.value.errors
    extensions: dict[str, Any] = error["extensions"]
    return extensions


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer not.a.token"}, {"Authorization": "Basic YTpi"}])
@pytest.mark.parametrize("path", ["/graphql", "/billing/run-monthly"])
async def test_nobody_in_particular_gets_nothing(office: Office, path: str, headers: dict[str, str]) -> None:
    body = {"query": "{ parents { totalCount } }", "month": office.last_month}
    async with office.desk.http.post(office.desk.gateway.url + path, json=body, headers=headers) as response:
        answer = await response.json()
    assert response.status == 401
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert "data" not in answer


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
@pytest.mark.parametrize("field", ["parent", "child", "sessionPackage", "session"])
async def test_what_is_anothers_is_not_there(office: Office, field: str, role: Role) -> None:
    ids = {
        "parent": office.asha,
        "child": office.ira,
        "sessionPackage": office.ashas_package,
        "session": office.session,
    }
    query = f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}"
    assert await office.desk.ask(query, id=ids[field]) == {field: {"id": ids[field]}}
    assert await office.desk.of(Viewer(office.stranger, role)).ask(query, id=ids[field]) == {field: None}


async def test_another_familys_rows_are_in_no_list(office: Office) -> None:
    query = """{
      parents { nodes { name } } sessions { totalCount } sessionPackages { totalCount } lowPackageAlerts { totalCount }
      invoices { totalCount }
    }"""
    assert await office.strangers_desk.ask(query) == {
        "parents": {"nodes": [{"name": "Somebody Else"}]},
        **{name: {"totalCount": 0} for name in ("sessions", "sessionPackages", "lowPackageAlerts", "invoices")},
    }


COORDINATORS_WORK = {
    "createParent": 'createParent(input: { name: "X" }) { parent { id } }',
    "createPackage": """createPackage(input: { parentId: $id, totalSessions: 5, pricePerSession: { amount: "1" } }) {
        sessionPackage { id } }""",
    "approveSession": "approveSession(id: $id) { session { id } }",
    "reverseSession": 'reverseSession(id: $id, reason: "none") { session { id } }',
    "setTutorRate": """setTutorRate(input: { tutorId: $id, ratePerSession: { amount: "9000" } }) {
        tutorRate { id } }""",
    "openCycle": 'openCycle(month: "2026-10") { billingCycle { id } }',
    "runMonthlyCycle": 'runMonthlyCycle(input: { month: "2026-09" }) { billingCycle { id } }',
    "markPayoutsProcessed": "markPayoutsProcessed(ids: [$id]) { payouts { id } }",
    "recordPayment": """recordPayment(input: { parentId: $id, amount: { amount: "1" }, method: CASH }) {
        payment { id } }""",
    "voidInvoice": 'voidInvoice(input: { invoiceId: $id, reason: "none" }) { invoice { id } }',
    "rerenderInvoice": "rerenderInvoice(id: $id) { queued }",
}


@pytest.mark.parametrize("role", [Role.PARENT, Role.TUTOR])
@pytest.mark.parametrize("mutation", COORDINATORS_WORK)
async def test_coordinators_work_is_forbidden_to_others(office: Office, mutation: str, role: Role) -> None:
    desk = office.desk.of(Viewer(office.asha if role is Role.PARENT else office.meena, role))
    declared = "($id: ID!)" if "$id" in COORDINATORS_WORK[mutation] else ""
    query = f"mutation {declared} {{ {COORDINATORS_WORK[mutation]} }}"
    assert await refusal_of(desk, query, id=office.session) == {"code": "FORBIDDEN"}


async def test_the_run_over_rest_is_forbidden_to_parents(office: Office) -> None:
    status, answer = await office.strangers_desk.post("/billing/run-monthly", {"month": office.month_before})
    assert (status, answer["errors"][0]["extensions"]) == (403, {"code": "FORBIDDEN"})


BAD_INPUT: dict[str, dict[str, Any]] = {
    "createParent": {"name": "  "},
    "createChild": {"parentId": "no identifier", "name": "Ira"},
    "createPackage": {"totalSessions": 0, "pricePerSession": {"amount": "500"}},
    "createPackageOffer": {"totalSessions": 5, "pricePerSession": {"amount": "-1"}},
    "logSession": {"startsAt": "2026-10-01T10:00:00", "durationMinutes": 60},
}


@pytest.mark.parametrize("mutation", BAD_INPUT)
async def test_bad_input_is_told(office: Office, mutation: str) -> None:
    known = {"createPackage": {"parentId": office.asha}, "logSession": {"childId": office.ira, "tutorId": office.meena}}
    with pytest.raises(Refused) as refused:
        await office.desk.make(mutation, **known.get(mutation, {}), **BAD_INPUT[mutation])
    assert refused.value.code == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ billingCycle(month: "2026-13") { id } }', "INVALID_INPUT"),
        ("{ parents(first: 101) { totalCount } }", "INVALID_INPUT"),
        (f'mutation {{ approveSession(id: "{STRANGE_ID}") {{ session {{ id }} }} }}', "NOT_FOUND"),
    ],
)
async def test_what_cannot_be_answered_says_why(office: Office, query: str, code: str) -> None:
    assert (await refusal_of(office.desk, query))["code"] == code


@pytest.mark.parametrize("query", ["{ nothingOfTheKind }", "{ parents("])
async def test_what_is_no_graphql_is_refused_in_the_gateways_own_words(office: Office, query: str) -> None:
    assert (await refusal_of(office.desk, query))["code"].startswith("GRAPHQL_")


async def test_a_sessions_life_has_no_way_back(office: Office) -> None:
    approve = "mutation ($id: ID!) { approveSession(id: $id) { session { id } } }"
    assert (await refusal_of(office.desk, approve, id=office.rejected))["code"] == "SESSION_NOT_APPROVABLE"
    reverse = 'mutation ($id: ID!) { reverseSession(id: $id, reason: "never was") { session { id } } }'
    assert (await refusal_of(office.desk, reverse, id=office.session))["code"] == "SESSION_NOT_REVERSIBLE"


async def test_a_key_stands_for_one_content(office: Office) -> None:
    assert await office.desk.make("createPackage", parentId=office.asha, **SALE) == office.ashas_package
    with pytest.raises(Refused) as refused:
        await office.desk.make("createPackage", parentId=office.asha, **SALE | {"totalSessions": 11})
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def run_refused(desk: Desk, month: str) -> dict[str, Any]:
    """The mutation's refusal, which REST gives in the same words."""
    with pytest.raises(Refused) as refused:
        await desk.run(month)
    status, answer = await desk.post("/billing/run-monthly", {"month": month})
    extensions: dict[str, Any] = answer["errors"][0]["extensions"]
    assert (status, extensions) == (409, refused.value.errors[0]["extensions"])
    return extensions


async def test_a_run_names_every_tutor_without_a_rate(office: Office) -> None:
    assert await run_refused(office.desk, office.month_before) == {
        "code": "CYCLE_BLOCKED",
        "month": office.month_before,
        "blockers": [{"tutorId": office.rateless, "tutorName": "Omar", "sessions": 2}],
    }


async def test_months_are_closed_in_order(office: Office) -> None:
    refusal = await run_refused(office.desk, office.last_month)
    assert refusal == {"code": "EARLIER_CYCLE_OPEN", "month": office.month_before}


async def test_a_month_that_runs_is_not_closed(office: Office) -> None:
    assert await run_refused(office.desk, office.this_month) == {"code": "PERIOD_NOT_ENDED", "month": office.this_month}
