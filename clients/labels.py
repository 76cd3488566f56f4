"""What the fields about clients hold. Name, addresses and birth date are searched and compared, so they are not sealed."""

from vault.labels import clinical, internal, labelled, personal, public

LABELS = labelled(
    Client={
        personal("client"): "ref name email phone date_of_birth created_at reached_by texts_number texts_agreed_at "
        "contact_refused_at heard_from",
        internal("client"): "id user",
    },
    Stage={public(): "slug name text order", internal("practice"): "id"},
    # The note is the therapist's own and sealed; that a stage was reached is told to the client.
    StageDecision={
        clinical(exported=False): "note",
        personal("clinical"): "client stage is_reached decided_on decided_at",
        internal("clinical"): "id by",
    },
    # What is asked is the practice's own words; what a client answers is sealed.
    Questionnaire={public(): "slug title asked for_kind", internal("practice"): "id valid_for_months order"},
    QuestionnaireVersion={internal("practice"): "id questionnaire number state published_at"},
    Section={internal("practice"): "id version order title why"},
    Question={internal("practice"): "id section order key kind words help is_required audience"},
    Choice={internal("practice"): "id question order key words raises"},
    Submission={
        personal("clinical"): "client version about started_at saved_at signed_at expires_on attended_by",
        internal("clinical"): "id",
    },
    Answer={clinical(): "value", internal("clinical"): "id submission question"},
    # That something needs a look is asked at each booking, so the kind of it stands open; what it is about is sealed.
    Flag={
        clinical(): "words cleared_why",
        personal("clinical"): "client about action raised_at cleared_at",
        internal("clinical"): "id submission cleared_by",
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
        personal(
            "clinical"
        ): "client version text_sha256 clauses typed_name given_by signed_at countersigned_at expires_on",
        internal("clinical"): "id signed_by countersigned_by",
    },
    Withdrawal={personal("clinical"): "consent at on_clients_word", internal("clinical"): "id by"},
    Understanding={
        clinical(): "answers",
        personal("clinical"): "client version is_understood at",
        internal("clinical"): "id",
    },
    CareRelation={personal("clinical"): "client user since until", internal("clinical"): "id"},
    # Why somebody opened a record may speak of the client: sealed. That it was opened they see in the ledger's lines.
    BreakGlass={
        clinical(exported=False): "why",
        personal("clinical"): "client user opened_at open_until_at",
        internal("clinical"): "id",
    },
    # A restriction protects whoever works here; its reason is the practice's own and sealed.
    Restriction={
        clinical(exported=False): "why lifted_why",
        personal("clinical", exported=False): "kind since until",
        internal("clinical"): "id client by lifted_by",
    },
    LookAlike={
        personal("client", exported=False): "client resembles by noticed_at answered_at is_same",
        internal("client"): "id answered_by",
    },
)
