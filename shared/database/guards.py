"""What Tortoise's schema generator leaves out, as operations of a migration: checks, locks and other triggers, partial
indexes."""

from collections.abc import Sequence
from typing import Any

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

_REFUSE = """
    CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '% is locked', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


class PerDialect(TortoiseOperation):
    """Statements that the two databases spell differently."""

    def __init__(self, *, sqlite: Sequence[str], postgres: Sequence[str]) -> None:
        self.sqlite = list(sqlite)
        self.postgres = list(postgres)

    def describe(self) -> str:
        return "Run each database's own statements"

    def state_forward(self, app_label: str, state: State) -> None:
        """Tortoise's picture of the tables has no place for these."""

    async def database_forward(
        self,
        app_label: str,  # noqa: ARG002
        old_state: State,  # noqa: ARG002
        new_state: State,  # noqa: ARG002
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        client: Any = state_editor.client
        for statement in getattr(self, client.capabilities.dialect):
            await client.execute_script(statement)

    async def database_backward(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("migrations only go forward")


class Locked(PerDialect):
    """Triggers by which the database itself refuses to change or delete rows: all, or those where `when` holds.

    A second one of the same event on the same table needs a name of its own.
    """

    def __init__(self, table: str, *events: str, when: str = "", name: str = "locked") -> None:
        self.table = table
        events = events or ("UPDATE", "DELETE")
        condition = f"WHEN ({when})" if when else ""
        triggers = [f"CREATE TRIGGER {table}_{event.lower()}_{name} BEFORE {event} ON {table}" for event in events]
        super().__init__(
            sqlite=[f"{each} {condition} BEGIN SELECT RAISE(ABORT, '{table} is locked'); END;" for each in triggers],
            postgres=[_REFUSE, *(f"{each} FOR EACH ROW {condition} EXECUTE FUNCTION refuse()" for each in triggers)],
        )


class Truncation(PerDialect):
    """A trigger by which PostgreSQL refuses to empty a table at once, which no row's trigger sees."""

    def __init__(self, table: str) -> None:
        trigger = f"CREATE TRIGGER {table}_truncate_locked BEFORE TRUNCATE ON {table}"
        super().__init__(sqlite=[], postgres=[_REFUSE, f"{trigger} FOR EACH STATEMENT EXECUTE FUNCTION refuse()"])


class Complete(PerDialect):
    """A trigger by which the database refuses new rows of what is complete.

    `complete` is a query that finds something for a row, called `{row}`, which comes too late. PostgreSQL asks it once
    a statement for all of its rows.
    """

    def __init__(self, table: str, complete: str) -> None:
        name = f"{table}_insert_locked"
        refuse = f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM added WHERE EXISTS ({complete.format(row="added")})) THEN
                    RAISE EXCEPTION '{table} is locked' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NULL;
            END $$
        """  # noqa: S608
        each = f"BEFORE INSERT ON {table} WHEN EXISTS ({complete.format(row='NEW')})"
        all_at_once = f"AFTER INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
        super().__init__(
            sqlite=[f"CREATE TRIGGER {name} {each} BEGIN SELECT RAISE(ABORT, '{table} is locked'); END;"],
            postgres=[refuse, f"CREATE TRIGGER {name} {all_at_once} EXECUTE FUNCTION {name}()"],
        )


class Refused(PerDialect):
    """A trigger by which the database refuses a change; `when` may ask other tables, which a CHECK may not.

    `change` is like "BEFORE UPDATE OF amount ON payment", `when` speaks of NEW and OLD.
    """

    def __init__(self, name: str, change: str, when: str) -> None:
        body = f"IF {when} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        super().__init__(
            sqlite=[f"CREATE TRIGGER {name} {change} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END;"],
            postgres=_trigger(name, change, body),
        )


class Consequence(PerDialect):
    """A trigger by which a change brings others with it, in the statement that makes it: of all rows, or of those
    where `when` holds, which speaks of NEW and OLD alone."""

    def __init__(self, name: str, change: str, *statements: str, when: str = "true") -> None:
        body = " ".join(f"{statement};" for statement in statements)
        super().__init__(
            sqlite=[f"CREATE TRIGGER {name} {change} WHEN {when} BEGIN {body} END;"],
            postgres=_trigger(name, change, body, when),
        )


def _trigger(name: str, change: str, body: str, when: str = "true") -> list[str]:
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$",
        f"CREATE TRIGGER {name} {change} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()",
    ]


class Together(PerDialect):
    """Tortoise draws its picture of all tables anew for every operation: one is done sooner than forty."""

    def __init__(self, *operations: PerDialect) -> None:
        super().__init__(
            sqlite=[statement for each in operations for statement in each.sqlite],
            postgres=[statement for each in operations for statement in each.postgres],
        )


class Indexes(PerDialect):
    """Indexes over a part of a table, which Tortoise cannot make on SQLite, and whatever else is the same on both."""

    def __init__(self, *statements: str) -> None:
        super().__init__(sqlite=statements, postgres=statements)


class Check(PerDialect):
    """A CHECK constraint, which Tortoise's CreateModel drops without a word.

    SQLite cannot add one to a table that exists, so there a pair of triggers holds the same condition.
    `condition` speaks of `columns` by their names.
    """

    def __init__(self, table: str, name: str, condition: str, columns: Sequence[str]) -> None:
        new_row = ", ".join(f'NEW."{column}" AS "{column}"' for column in columns)
        broken = f"EXISTS (SELECT 1 FROM (SELECT {new_row}) WHERE NOT ({condition}))"  # noqa: S608
        super().__init__(
            postgres=[f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" CHECK ({condition})'],
            sqlite=[
                f'CREATE TRIGGER "{name}_{event.lower()}" BEFORE {event} ON "{table}" WHEN {broken} '
                f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END;"
                for event in ("INSERT", "UPDATE")
            ],
        )
