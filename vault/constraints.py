"""Tables that the database itself only lets grow: no row of the ledger or of its anchors is changed or removed.

Other apps make such a guard for their own tables with `append_only`. Rebuilding a table on SQLite drops its triggers:
a migration that alters one ends with `install` again.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Guard(NamedTuple):
    """One guard in both dialects: the statements that make it, and those that take it away."""

    postgresql: tuple[list[str], list[str]]
    sqlite: tuple[list[str], list[str]]

    def statements(self, vendor: str) -> tuple[list[str], list[str]]:
        return self.postgresql if vendor == "postgresql" else self.sqlite


def append_only(name: str, table: str, key: str = "id") -> Guard:
    return Guard(_postgresql(name, table), _sqlite(name, table, key))


def _postgresql(name: str, table: str) -> tuple[list[str], list[str]]:
    return (
        [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END $$",
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ],
        [
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"DROP TRIGGER IF EXISTS {name}_all ON {table}",
            f"DROP FUNCTION IF EXISTS {name}()",
        ],
    )


def _sqlite(name: str, table: str, key: str) -> tuple[list[str], list[str]]:
    """INSERT OR REPLACE takes a row away without firing a trigger on DELETE, so it is caught where it comes in."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
    replaced = f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}); END"
    return (
        [
            f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} {replaced}",
            f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} {refuse}",
        ],
        [f"DROP TRIGGER IF EXISTS {name}_{when}" for when in ("insert", "update", "delete")],
    )


LEDGER = "vault_ledger_kept"
ANCHORS = "vault_anchors_kept"
GUARDS = {
    LEDGER: append_only(LEDGER, "vault_entry", "seq"),
    ANCHORS: append_only(ANCHORS, "vault_anchor"),
}


def install(connection: Any, guards: dict[str, Guard] = GUARDS) -> None:
    """Makes the guards anew."""
    remove(connection, guards)
    for guard in guards.values():
        _run(connection, guard.statements(connection.vendor)[0])


def remove(connection: Any, guards: dict[str, Guard] = GUARDS) -> None:
    for guard in guards.values():
        _run(connection, guard.statements(connection.vendor)[1])


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
