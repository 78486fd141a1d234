"""Many lines at a time: each of them once, the bad ones named, all or nothing unless asked otherwise."""

import asyncio
from typing import Any

import pytest

from shared.auth.viewer import Role, Viewer
from shared.contracts.packages import PersonChanged
from tests.asking import Refused
from tests.services.packages.desk import Desk, Family, move_in

ANSWER = "kept created unchanged refused { line externalRef code message }"
PEOPLE = f"mutation($input: ImportPeopleInput!) {{ importPeople(input: $input) {{ {ANSWER} }} }}"
SESSIONS = f"mutation($input: ImportSessionsInput!) {{ importSessions(input: $input) {{ {ANSWER} }} }}"
LISTED = "{ sessions(first: 100) { nodes { externalRef startsAt billedAsAddon child { name } tutor { name } } } }"

ASHA: dict[str, Any] = {"externalRef": "P-1", "kind": "PARENT", "name": "Asha Rao", "email": "asha@example.org"}
MEENA: dict[str, Any] = {"externalRef": "T-1", "kind": "TUTOR", "name": "Meena"}
IRA: dict[str, Any] = {"externalRef": "C-1", "kind": "CHILD", "name": "Ira", "parent": "P-1"}
LESSON: dict[str, Any] = {
    "externalRef": "S-1",
    "child": "C-1",
    "tutor": "T-1",
    "startsAt": "2026-09-21 17:00",
    "durationMinutes": 60,
}


async def bring(desk: Desk, mutation: str, *lines: dict[str, Any], **how: Any) -> dict[str, Any]:
    answer = await desk.ask(mutation, input={"lines": list(lines), **how})
    imported: dict[str, Any] = next(iter(answer.values()))
    return imported


async def arrive(desk: Desk) -> None:
    assert (await bring(desk, PEOPLE, ASHA, MEENA))["created"] == 2
    assert (await bring(desk, PEOPLE, IRA))["created"] == 1


async def sessions(desk: Desk) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await desk.ask(LISTED))["sessions"]["nodes"]
    return nodes


async def test_people_come_once_and_the_others_hear_of_them(desk: Desk) -> None:
    await arrive(desk)
    again = await bring(desk, PEOPLE, ASHA, MEENA, IRA)
    assert again == {"kept": True, "created": 0, "unchanged": 3, "refused": []}
    heard = await desk.told(PersonChanged, 3)
    assert {(fact.kind, fact.name) for fact in heard} == {("PARENT", "Asha Rao"), ("TUTOR", "Meena"), ("CHILD", "Ira")}


async def test_the_three_ways_of_a_session_are_one(desk: Desk) -> None:
    await arrive(desk)
    parent = (await desk.ask("{ parents { nodes { children { id } } } }"))["parents"]["nodes"][0]
    tutor = (await desk.ask("{ tutors { nodes { id } } }"))["tutors"]["nodes"][0]
    by_hand = {"startsAt": "2026-09-21T11:30:00Z", "durationMinutes": 60, "externalRef": "S-1"}
    await desk.create("logSession", childId=parent["children"][0]["id"], tutorId=tutor["id"], **by_hand)
    by_id = LESSON | {"child": parent["children"][0]["id"], "tutor": tutor["id"]}
    assert (await bring(desk, SESSIONS, LESSON, by_id))["unchanged"] == 2
    assert len(await sessions(desk)) == 1


async def test_a_line_says_what_a_mutation_says(desk: Desk) -> None:
    await arrive(desk)
    priced = {"billedAsAddon": True, "addonPrice": {"amount": "450.00", "currency": "INR"}}
    offset = LESSON | {"externalRef": "S-2", "startsAt": "2026-09-22T17:00:00+05:30"} | priced
    assert await bring(desk, SESSIONS, LESSON, offset) == {"kept": True, "created": 2, "unchanged": 0, "refused": []}
    assert await sessions(desk) == [
        {
            "externalRef": ref,
            "startsAt": f"2026-09-{day}T11:30:00+00:00",
            "billedAsAddon": ref == "S-2",
            "child": {"name": "Ira"},
            "tutor": {"name": "Meena"},
        }
        for ref, day in (("S-2", 22), ("S-1", 21))
    ]
    trail = await desk.ask("{ packagesAudit { nodes { action amount { amount } } } }")
    assert trail["packagesAudit"]["nodes"] == [{"action": "LOG_SESSION", "amount": {"amount": "450.00"}}]


BAD_SESSIONS: list[tuple[dict[str, Any], str, str]] = [
    ({"externalRef": ""}, "INVALID_INPUT", "external reference"),
    ({"externalRef": "x" * 201}, "INVALID_INPUT", "external reference"),
    ({"externalRef": "a\u0000b"}, "INVALID_INPUT", "external reference"),
    ({"child": "C-9"}, "NOT_FOUND", "no child 'C-9'"),
    ({"child": "C-\u0000"}, "NOT_FOUND", "no child"),
    ({"child": "T-1"}, "NOT_FOUND", "no child 'T-1'"),
    ({"tutor": "C-1"}, "NOT_FOUND", "no tutor 'C-1'"),
    ({"startsAt": "yesterday"}, "INVALID_INPUT", "a start is written like"),
    ({"startsAt": "2026-09-21"}, "INVALID_INPUT", "a start is written like"),
    ({"startsAt": "2027-02-29 17:00"}, "INVALID_INPUT", "2027-02-29"),
    ({"startsAt": "1926-09-21 17:00"}, "INVALID_INPUT", "between 2000 and 2100"),
    ({"durationMinutes": 0}, "INVALID_INPUT", "lasts 1 to 1440"),
    ({"durationMinutes": 2_000_000_000}, "INVALID_INPUT", "lasts 1 to 1440"),
    ({"addonPrice": {"amount": "-1"}}, "INVALID_INPUT", "negative"),
    ({"addonPrice": {"amount": "1.005"}}, "INVALID_INPUT", "fraction"),
    ({"addonPrice": {"amount": "1", "currency": "EUR"}}, "INVALID_INPUT", "INR"),
    ({"externalRef": "S-0", "durationMinutes": 61}, "EXTERNAL_REF_REUSED", "S-0 came before"),
]


async def test_every_bad_line_is_named_and_spoils_all_unless_told_otherwise(desk: Desk) -> None:
    await arrive(desk)
    await bring(desk, SESSIONS, LESSON | {"externalRef": "S-0"})
    lines = [LESSON, *(LESSON | {"externalRef": f"B-{n}"} | bad for n, (bad, _, _) in enumerate(BAD_SESSIONS))]
    told = await bring(desk, SESSIONS, *lines)
    assert (told["kept"], told["created"], told["unchanged"]) == (False, 1, 0)
    assert [one["line"] for one in told["refused"]] == list(range(1, len(lines)))
    for one, (_, code, words) in zip(told["refused"], BAD_SESSIONS, strict=True):
        assert one["code"] == code
        assert words in one["message"]
    assert len(await sessions(desk)) == 1
    kept = await bring(desk, SESSIONS, *lines, partial=True)
    assert (kept["kept"], kept["refused"]) == (True, told["refused"])
    assert [one["externalRef"] for one in await sessions(desk)] == ["S-1", "S-0"]


async def test_a_reference_twice_in_one_import(desk: Desk) -> None:
    await arrive(desk)
    told = await bring(desk, SESSIONS, LESSON, LESSON, LESSON | {"durationMinutes": 90})
    assert (told["kept"], told["created"], told["unchanged"]) == (False, 1, 1)
    assert [(one["line"], one["code"]) for one in told["refused"]] == [(2, "EXTERNAL_REF_REUSED")]


BAD_PEOPLE: list[tuple[dict[str, Any], str, str]] = [
    ({"name": " "}, "INVALID_INPUT", "a name has"),
    ({"email": "nobody"}, "INVALID_INPUT", "not an email"),
    ({"phone": "call me"}, "INVALID_INPUT", "not a phone"),
    ({"externalRef": " P"}, "INVALID_INPUT", "external reference"),
    ({"parent": "P-1"}, "INVALID_INPUT", "a child has a parent"),
    ({"kind": "CHILD", "email": None}, "INVALID_INPUT", "a child has a parent"),
    ({"kind": "CHILD", "parent": "P-1"}, "INVALID_INPUT", "reached through the parent"),
    ({"kind": "CHILD", "email": None, "parent": "P-9"}, "NOT_FOUND", "no parent 'P-9'"),
    ({"externalRef": "P-1", "name": "Banu"}, "EXTERNAL_REF_REUSED", "P-1 came before"),
]


async def test_bad_people_are_named(desk: Desk) -> None:
    await arrive(desk)
    lines = [ASHA | {"externalRef": f"B-{n}"} | bad for n, (bad, _, _) in enumerate(BAD_PEOPLE)]
    told = await bring(desk, PEOPLE, *lines, ASHA | {"externalRef": "P-2"})
    assert (told["kept"], told["created"]) == (False, 1)
    for one, (_, code, words) in zip(told["refused"], BAD_PEOPLE, strict=True):
        assert one["code"] == code
        assert words in one["message"]
    assert len((await desk.ask("{ parents { nodes { id } } }"))["parents"]["nodes"]) == 1


async def test_a_dry_run_tells_the_same_and_keeps_nothing(desk: Desk) -> None:
    come = await bring(desk, PEOPLE, ASHA, MEENA, dryRun=True)
    assert come == {"kept": False, "created": 2, "unchanged": 0, "refused": []}
    orphan = await bring(desk, PEOPLE, IRA, dryRun=True)
    assert orphan["refused"][0]["code"] == "NOT_FOUND"
    expected = await bring(desk, PEOPLE, IRA, IRA, dryRun=True, parentsToCome=["P-1"])
    assert expected == {"kept": False, "created": 1, "unchanged": 1, "refused": []}
    with pytest.raises(Refused, match="for a dry run"):
        await bring(desk, PEOPLE, IRA, parentsToCome=["P-1"])
    assert (await desk.ask("{ parents { totalCount } }"))["parents"]["totalCount"] == 0
    await arrive(desk)
    taught = await bring(desk, SESSIONS, LESSON, LESSON | {"externalRef": ""}, dryRun=True, partial=True)
    assert (taught["kept"], taught["created"], len(taught["refused"])) == (False, 1, 1)
    assert await sessions(desk) == []


async def test_two_imports_of_the_same_lines_at_once(desk: Desk) -> None:
    await arrive(desk)
    lines = [LESSON | {"externalRef": f"S-{n}"} for n in range(200)]
    both = await asyncio.gather(bring(desk, SESSIONS, *lines), bring(desk, SESSIONS, *reversed(lines)))
    assert [one["refused"] for one in both] == [[], []]
    assert (await desk.ask("{ sessions { totalCount } }"))["sessions"]["totalCount"] == 200


async def test_of_two_imports_with_other_content_at_once_one_is_kept_whole(desk: Desk) -> None:
    await arrive(desk)
    imports = [[LESSON | {"externalRef": f"S-{n}", "durationMinutes": d} for n in range(100)] for d in (60, 90)]
    answers = await asyncio.gather(*(bring(desk, SESSIONS, *lines) for lines in imports), return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, dict) and answer["kept"]]
    assert [answer["created"] for answer in kept] == [100]
    for other in answers:
        if isinstance(other, Refused):
            assert other.code == "EXTERNAL_REF_REUSED"
        elif other not in kept:
            assert isinstance(other, dict)
            assert len(other["refused"]) == 100
    lengths = (await desk.ask("{ sessions(first: 100) { nodes { durationMinutes } totalCount } }"))["sessions"]
    assert (lengths["totalCount"], len({node["durationMinutes"] for node in lengths["nodes"]})) == (100, 1)


@pytest.mark.parametrize("mutation", [PEOPLE, SESSIONS])
async def test_an_import_is_a_coordinators_and_has_a_size(desk: Desk, mutation: str) -> None:
    family: Family = await move_in(desk)
    line: dict[str, Any] = ASHA if mutation == PEOPLE else LESSON
    for viewer in (Viewer(family.asha, Role.PARENT), Viewer(family.meena, Role.TUTOR)):
        with pytest.raises(Refused, match="FORBIDDEN"):
            await desk.ask(mutation, viewer, input={"lines": [line]})
    with pytest.raises(Refused, match="at most 1000 lines"):
        await bring(desk, mutation, *[line] * 1001)
    assert await bring(desk, mutation) == {"kept": True, "created": 0, "unchanged": 0, "refused": []}
