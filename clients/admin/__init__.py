"""The clients' side of the practice: each module here shows one part of it."""

from clients.admin import documents, history, person, questionnaires, record, told  # noqa: F401
