"""What the fields of messages hold: what was said goes sooner than the fact that something was."""

from vault.labels import internal, labelled, personal, public

LABELS = labelled(
    Message={
        personal("message_text"): "subject text",
        personal("message_fact"): "kind channel recipient whom about sent_at delivered_at created_at",
        internal(
            "message_fact"
        ): "id user version key due_at expires_at state attempts lease_until_at taken_over last_error message_id provider_id",
    },
    Wording={public(): "kind channel language subject text", internal("practice"): "id changed_at changed_by"},
    Heartbeat={internal("working"): "name finished_at alarmed_at"},
)
