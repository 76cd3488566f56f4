"""What the database itself keeps of what clients agreed to: published texts never change, agreements are only added to.

The style of `vault.constraints`. A migration that alters one of these tables ends with `install` again.
"""

from __future__ import annotations

from typing import Any

from vault import constraints
from vault.constraints import Guard, append_only

WITHDRAWALS = "clients_withdrawal_kept"
UNDERSTANDINGS = "clients_understanding_kept"
DECISIONS = "clients_stage_decision_kept"
CONSENTS = "clients_consent_kept"
DOCUMENTS = "clients_document_published"
QUESTIONNAIRES = "clients_questionnaire_published"


def _fixed(name: str, table: str, columns: list[str], once: list[str]) -> Guard:
    """No row goes, these columns never change, and those of `once` only from nothing."""
    changed = [f"{{old}}.{each} IS DISTINCT FROM {{new}}.{each}" for each in columns]
    changed += [f"({{old}}.{each} IS NOT NULL AND {{old}}.{each} IS DISTINCT FROM {{new}}.{each})" for each in once]
    return _refusing(name, table, " OR ".join(changed), deleting="1 = 1")


def _refusing(name: str, table: str, updating: str, deleting: str) -> Guard:
    """Refuses an update and a delete of rows for which the conditions on {old} and {new} hold."""
    postgres = f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN
    IF {deleting.format(old="OLD", new="OLD")} THEN
      RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
    END IF;
    RETURN OLD;
  END IF;
  IF {updating.format(old="OLD", new="NEW")} THEN
    RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
  END IF;
  RETURN NEW;
END $$"""
    refuse = f"SELECT RAISE(ABORT, '{name}') WHERE "
    sqlite_updating = updating.replace("IS DISTINCT FROM", "IS NOT")
    return Guard(
        postgresql=(
            [
                postgres,
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ],
            [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
        ),
        sqlite=(
            [
                f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} "
                f"BEGIN {refuse}{sqlite_updating.format(old='OLD', new='NEW')}; END",
                f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} "
                f"BEGIN {refuse}{deleting.format(old='OLD', new='OLD')}; END",
            ],
            [f"DROP TRIGGER IF EXISTS {name}_{when}" for when in ("update", "delete")],
        ),
    )


def _published(name: str, table: str, columns: list[str]) -> Guard:
    """A draft may change and go; what was published keeps its words, and its state only moves on."""
    changed = " OR ".join(f"{{old}}.{each} IS DISTINCT FROM {{new}}.{each}" for each in columns)
    forwards = "({old}.state = 'published' AND {new}.state NOT IN ('published', 'superseded'))"
    backwards = "({old}.state = 'superseded' AND {new}.state <> 'superseded')"
    return _refusing(
        name, table, f"{{old}}.state <> 'draft' AND ({changed} OR {forwards} OR {backwards})", "{old}.state <> 'draft'"
    )


GUARDS: dict[str, Guard] = {
    WITHDRAWALS: append_only(WITHDRAWALS, "clients_withdrawal"),
    UNDERSTANDINGS: append_only(UNDERSTANDINGS, "clients_understanding"),
    DECISIONS: append_only(DECISIONS, "clients_stagedecision"),
    CONSENTS: _fixed(
        CONSENTS,
        "clients_consent",
        ["client_id", "version_id", "text_sha256", "clauses", "typed_name", "given_by", "signed_at", "signed_by_id"],
        ["signature", "countersigned_at", "countersigned_by_id", "expires_on"],
    ),
    DOCUMENTS: _published(
        DOCUMENTS,
        "clients_documentversion",
        ["document_id", "number", "text", "clauses", "questions", "sha256", "applies_from", "published_at"],
    ),
    QUESTIONNAIRES: _published(
        QUESTIONNAIRES, "clients_questionnaireversion", ["questionnaire_id", "number", "published_at"]
    ),
}


def install(connection: Any) -> None:
    constraints.install(connection, GUARDS)


def remove(connection: Any) -> None:
    constraints.remove(connection, GUARDS)
