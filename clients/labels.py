"""What the fields about clients hold. Name, addresses and birth date are searched and compared, so they are not sealed."""

from vault.labels import clinical, internal, labelled, personal, public

LABELS = labelled(
    Client={
        personal("client"): "ref name email phone date_of_birth created_at",
        internal("client"): "id user",
    },
    Stage={public(): "slug name text order", internal("practice"): "id"},
    # The note is the therapist's own and sealed; that a stage was reached is told to the client.
    StageDecision={
        clinical(): "note",
        personal("clinical"): "client stage is_reached decided_on decided_at",
        internal("clinical"): "id by",
    },
    CareRelation={personal("clinical"): "client user since until", internal("clinical"): "id"},
    # Why somebody opened a record may speak of the client: sealed. That it was opened they see in the ledger's lines.
    BreakGlass={
        clinical(exported=False): "why",
        personal("clinical"): "client user opened_at open_until_at",
        internal("clinical"): "id",
    },
)
