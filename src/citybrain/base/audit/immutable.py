"""The triggers that keep a table append-only, whoever asks."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRESQL = """
CREATE OR REPLACE FUNCTION citybrain_append_only() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION citybrain_append_only();
CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION citybrain_append_only();
"""
SQLITE = """
CREATE TRIGGER {table}_no_{word} BEFORE {word} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
APPEND_ONLY = ("audit_record", "audit_key", "audit_block")
WORDS = ("UPDATE", "DELETE")


def make_append_only(connection: BaseDatabaseWrapper, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL.format(table=table))
            return
        for word in WORDS:
            cursor.execute(SQLITE.format(table=table, word=word))


def make_changeable(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers away: for migrations of the table itself, and for tests that empty the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")
            return
        for word in WORDS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{word}")
