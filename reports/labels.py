"""What the fields of ordered files hold. The files themselves may name people, and are gone after some days."""

from vault.labels import internal, labelled, personal

LABELS = labelled(
    ReportFile={
        internal(
            "working"
        ): "id ref role slug what title form query name state ordered_at expires_at made_at lease_until_at "
        "claims rows_done rows_of has_names size why",
        personal("working", exported=False): "user",
    },
    ReportPart={
        internal("working"): "id file claim number",
        personal("working", exported=False): "content",
    },
)
