"""What the fields of accounts hold. Secrets and their digests are nobody's to read, so they are in no export."""

from vault.labels import internal, labelled, personal

LABELS = labelled(
    User={
        personal("account"): "email name date_joined last_login",
        internal("account"): "id password role is_active is_staff is_superuser",
    },
    ApiToken={
        personal("account"): "name created_at last_used_at revoked_at",
        internal("account"): "id user digest",
    },
    # The key is a digest of an address.
    Bucket={internal("working"): "key level reckoned_at"},
)
