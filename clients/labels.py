"""What the fields about clients hold. Name, addresses and birth date are searched and compared, so they are not sealed."""

from vault.labels import internal, labelled, personal

LABELS = labelled(
    Client={
        personal("client"): "ref name email phone date_of_birth created_at",
        internal("client"): "id user",
    },
)
