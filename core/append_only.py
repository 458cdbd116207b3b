"""Tables that only grow: the database itself refuses to change or delete a row.

Not in a migration: on SQLite a later migration may build the table anew, and its triggers vanish without a
word. ``guard`` runs after every migrate, and does nothing where the triggers stand.

Beyond this reach: emptying a whole table with TRUNCATE, and whoever owns the database may drop a trigger.
"""

from typing import Any

from django.db import connection

TRIGGERS = {
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
}
REFUSES = "This table only grows: write another row."


def guard(table: str) -> None:
    """Let the database refuse UPDATE and DELETE on ``table``. Safe to repeat."""
    if missing := _operations() - _guarded(table):
        for operation in sorted(missing):
            _run(_create(table, operation))


def unguard(table: str) -> None:
    """Let rows go again: for tests, which empty every table after themselves."""
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    for operation in _guarded(table):
        _run([f"DROP TRIGGER {_name(table, operation)}{on}"])


def _operations() -> set[str]:
    return {"UPDATE", "DELETE"}


def _name(table: str, operation: str) -> str:
    return f"{table}_refuses_{operation.lower()}"


def _guarded(table: str) -> set[str]:
    names = {_name(table, operation): operation for operation in _operations()}
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS[connection.vendor])
        return {names[found] for (found,) in cursor.fetchall() if found in names}


def _create(table: str, operation: str) -> list[str]:
    name = _name(table, operation)
    if connection.vendor == "postgresql":
        return [
            f"""CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSES}' USING ERRCODE = 'restrict_violation'; END $$""",
            f"CREATE TRIGGER {name} BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION only_grows()",
        ]
    return [
        f"CREATE TRIGGER {name} BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSES}'); END"
    ]


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def guard_history(sender: Any, **_kwargs: Any) -> None:
    """Receive ``post_migrate`` of this app."""
    table = sender.get_model("Deed")._meta.db_table
    if table in connection.introspection.table_names():
        guard(table)
