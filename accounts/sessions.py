"""Where sessions are kept: Django's own place in the database, asked only for keys that it could have given out.

A cookie can spell any character, and PostgreSQL takes no NUL.
"""

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and key.isascii() and key.isalnum() and super()._validate_session_key(key)
