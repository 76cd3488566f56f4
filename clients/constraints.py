"""What the database itself keeps of what clients told and agreed to: published texts and signed forms never change,
agreements are only added to.

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
SECTIONS = "clients_section_published"
QUESTIONS = "clients_question_published"
CHOICES = "clients_choice_published"
SUBMISSIONS = "clients_submission_signed"
ANSWERS = "clients_answer_signed"


def _fixed(name: str, table: str, columns: list[str], once: list[str]) -> Guard:
    """No row goes, these columns never change, and those of `once` only from nothing."""
    changed = [f"{{old}}.{each} IS DISTINCT FROM {{new}}.{each}" for each in columns]
    changed += [f"({{old}}.{each} IS NOT NULL AND {{old}}.{each} IS DISTINCT FROM {{new}}.{each})" for each in once]
    return _refusing(name, table, " OR ".join(changed), deleting="1 = 1")


def _refusing(name: str, table: str, updating: str, deleting: str) -> Guard:
    """Refuses an update and a delete of rows for which the conditions on {old} and {new} hold. On SQLite, INSERT OR
    REPLACE takes a row away without firing a trigger on DELETE, so it is caught where it comes in."""
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
    replaced = f"EXISTS (SELECT 1 FROM {table} o WHERE o.id = NEW.id AND {deleting.format(old='o', new='o')})"
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
                f"CREATE TRIGGER {name}_insert BEFORE INSERT ON {table} BEGIN {refuse}{replaced}; END",
                f"CREATE TRIGGER {name}_update BEFORE UPDATE ON {table} "
                f"BEGIN {refuse}{sqlite_updating.format(old='OLD', new='NEW')}; END",
                f"CREATE TRIGGER {name}_delete BEFORE DELETE ON {table} "
                f"BEGIN {refuse}{deleting.format(old='OLD', new='OLD')}; END",
            ],
            [f"DROP TRIGGER IF EXISTS {name}_{when}" for when in ("insert", "update", "delete")],
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


def _signed(name: str, table: str, columns: list[str]) -> Guard:
    """What is open may change and go; what was signed off stays as it is."""
    changed = " OR ".join(f"{{old}}.{each} IS DISTINCT FROM {{new}}.{each}" for each in columns)
    return _refusing(name, table, f"{{old}}.signed_at IS NOT NULL AND ({changed})", "{old}.signed_at IS NOT NULL")


SECTION_STATE = "FROM clients_questionnaireversion v WHERE v.id = {row}.version_id"
QUESTION_STATE = """FROM clients_questionnaireversion v JOIN clients_section s ON s.version_id = v.id
  WHERE s.id = {row}.section_id"""
CHOICE_STATE = """FROM clients_questionnaireversion v JOIN clients_section s ON s.version_id = v.id
  JOIN clients_question q ON q.section_id = s.id WHERE q.id = {row}.question_id"""
SUBMISSION = "FROM clients_submission v WHERE v.id = {row}.submission_id"


def _part(name: str, table: str, whole: str, closed: str = "v.state <> 'draft'") -> Guard:
    """Nothing is put into, changed in or taken out of what was published or signed. On PostgreSQL the whole is held, so
    that a part cannot slip in while it is being closed."""

    def held(row: str) -> str:
        return f"""SELECT {closed} INTO found {whole.format(row=row)} FOR SHARE OF v;
  IF found THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END IF;"""

    postgres = f"""
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE found boolean; BEGIN
  IF TG_OP <> 'INSERT' THEN {held("OLD")} END IF;
  IF TG_OP <> 'DELETE' THEN {held("NEW")} RETURN NEW; END IF;
  RETURN OLD;
END $$"""

    def refusing(*rows: str) -> str:
        where = " OR ".join(f"EXISTS (SELECT 1 {whole.format(row=row)} AND {closed})" for row in rows)
        return f"BEGIN SELECT RAISE(ABORT, '{name}') WHERE {where}; END"

    moments = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}
    return Guard(
        postgresql=(
            [
                postgres,
                f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()",
            ],
            [f"DROP TRIGGER IF EXISTS {name} ON {table}", f"DROP FUNCTION IF EXISTS {name}()"],
        ),
        sqlite=(
            [
                f"CREATE TRIGGER {name}_{moment} BEFORE {moment.upper()} ON {table} {refusing(*rows)}"
                for moment, rows in moments.items()
            ],
            [f"DROP TRIGGER IF EXISTS {name}_{moment}" for moment in moments],
        ),
    )


AGREED: dict[str, Guard] = {
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
    SECTIONS: _part(SECTIONS, "clients_section", SECTION_STATE),
    QUESTIONS: _part(QUESTIONS, "clients_question", QUESTION_STATE),
    CHOICES: _part(CHOICES, "clients_choice", CHOICE_STATE),
}
SIGNED: dict[str, Guard] = {
    SUBMISSIONS: _signed(
        SUBMISSIONS,
        "clients_submission",
        ["client_id", "version_id", "about", "started_at", "saved_at", "signed_at", "expires_on", "attended_by_id"],
    ),
    ANSWERS: _part(ANSWERS, "clients_answer", SUBMISSION, "v.signed_at IS NOT NULL"),
}
GUARDS = AGREED | SIGNED


def install(connection: Any, guards: dict[str, Guard] = GUARDS) -> None:
    """A migration names those whose columns are there by then."""
    constraints.install(connection, guards)


def remove(connection: Any) -> None:
    constraints.remove(connection, GUARDS)
