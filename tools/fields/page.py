"""Who may see which field, for reading: a table for each type of the composed schema."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from shared.auth.viewer import Role
from shared.graphql.rules import Rules, Who
from tools.supergraph.subgraphs import rules_of, services_with_a_schema

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"
_LAST = ("Query", "Mutation", "Subscription")
_HEAD = """\
# Who may see which field

Written by `make fields` from the tables in `services/*/graphql/rules.py`, which the services hold their resolvers to; a
field without a row keeps its service from coming up. Each cell says whose rows a role may see the field of:

| | |
|---|---|
| all | everybody's |
| own family | those of the parent's own family |
| own | those of the viewer's own |
| of own sessions | children and tutors who meet the viewer in a session |
| | nobody's: the answer is as if there were none |

❄ is not shown while the viewer's workspace is frozen. A service is a token with the role `service`; with the scope
`money:read` nothing is frozen for it. Whoever may not do what Mutation and Subscription offer, or ask what is marked
with *, is told so: `FORBIDDEN`. All others find nothing: null, an empty list, an amount that is not there.
"""


class ServicesDisagree(Exception):
    """Two services have different rules for one field."""


def composed() -> Rules:
    """All services' tables as one. Raises ServicesDisagree."""
    table: dict[str, dict[str, Who]] = {}
    for service in services_with_a_schema():
        for type_name, rows in rules_of(service).items():
            for field, who in rows.items():
                if table.setdefault(type_name, {}).setdefault(field, who) != who:
                    raise ServicesDisagree(f"{service} has another rule for {type_name}.{field}")
    return table


def printed() -> str:
    table = composed()
    names = sorted(table.keys() - set(_LAST)) + [name for name in _LAST if name in table]
    return "\n".join([_HEAD, *(line for name in names for line in _of_type(name, table[name]))])


def _of_type(name: str, rows: Mapping[str, Who]) -> Iterator[str]:
    yield f"## {name}\n"
    yield f"| | {' | '.join(Role)} |"
    yield f"|---{'|---' * len(Role)}|"
    for field, who in rows.items():
        marks = f"{' ❄' if who.frozen else ''}{' *' if who.told else ''}"
        yield f"| {field}{marks} | {' | '.join(who.reach(role) or '' for role in Role)} |"
    yield ""
