"""What the fields of messages hold: what was said goes sooner than the fact that something was."""

from vault.labels import internal, labelled, personal

LABELS = labelled(
    Message={
        personal("message_text"): "subject text",
        personal("message_fact"): "kind channel recipient about sent_at created_at",
        internal(
            "message_fact"
        ): "id user version key due_at expires_at state attempts lease_until_at last_error message_id",
    },
    Heartbeat={internal("working"): "name finished_at"},
)
