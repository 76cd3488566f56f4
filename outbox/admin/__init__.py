"""The practice's side of messages: the log of what was sent, and the words of each kind."""

from outbox.admin import log, words  # noqa: F401 registers both
