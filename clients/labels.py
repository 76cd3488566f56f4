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
    Document={
        public(): "slug title kind",
        internal("practice"): "id on_withdrawal valid_for_months each_session order",
    },
    DocumentVersion={
        public(): "document number text clauses questions sha256 applies_from",
        internal("practice"): "id state published_at",
    },
    # That something was agreed to, and to which text: proof that is looked up and compared, so only the drawing is sealed.
    Consent={
        clinical(): "signature",
        personal("clinical"): "client version text_sha256 clauses typed_name given_by signed_at countersigned_at expires_on",
        internal("clinical"): "id signed_by countersigned_by",
    },
    Withdrawal={personal("clinical"): "consent at on_clients_word", internal("clinical"): "id by"},
    Understanding={clinical(): "answers", personal("clinical"): "client version is_understood at", internal("clinical"): "id"},
    CareRelation={personal("clinical"): "client user since until", internal("clinical"): "id"},
    # Why somebody opened a record may speak of the client: sealed. That it was opened they see in the ledger's lines.
    BreakGlass={
        clinical(exported=False): "why",
        personal("clinical"): "client user opened_at open_until_at",
        internal("clinical"): "id",
    },
)
