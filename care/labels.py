"""What the fields about sessions, conversations and incidents hold.

Areas, covering and pressure are compared by the database, which refuses a widening: so they are numbers and not sealed.
"""

from vault.labels import clinical, internal, labelled, personal

LABELS = labelled(
    BoundarySheet={
        clinical(): "slower_word stop_word wishes",
        personal("clinical"): "areas covering pressure filled_by saved_at locked_at",
        internal("clinical"): "id booking saved_by",
    },
    Narrowing={personal("clinical"): "at areas covering pressure", internal("clinical"): "id sheet by"},
    Conversation={
        personal("clinical"): "therapist state opened_at ended_at",
        internal("clinical"): "id client ended_by",
    },
    Line={
        clinical(): "words",
        personal("clinical"): "at is_clients",
        # A mark is a hint of the list, not a word about the person.
        internal("clinical"): "id conversation by is_marked",
    },
    WatchedWord={internal("practice"): "id word"},
    CannedReply={internal("practice"): "id title words order"},
    Incident={
        # The practice's own record of what happened; what of it an erasure or an export gives is decided there.
        clinical(exported=False): "what_happened what_was_done follow_up",
        personal("clinical", exported=False): "happened_at severity recorded_at follow_up_on followed_up_at",
        internal("clinical"): "id client booking restriction recorded_by followed_up_by",
    },
    Refusal={
        clinical(exported=False): "ground words",
        clinical(): "reply",
        personal("clinical"): "ending has_fee at",
        internal("clinical"): "id booking by",
    },
    SessionNote={
        # The practice's own record. What of the aftercare is shared with the client is on their page.
        clinical(exported=False): "done response aftercare plan",
        personal(
            "clinical", exported=False
        ): "state saved_at is_late_entry areas to_share signed_at text_digest shared_at",
        internal("clinical"): "id booking author version shared_by",
    },
    Amendment={
        clinical(exported=False): "reason words",
        personal("clinical", exported=False): "at",
        internal("clinical"): "id note by",
    },
    EnergyChart={
        # The database compares the sealed bytes, so the states need not stand open.
        clinical(exported=False): "seen",
        personal("clinical", exported=False): "shared_at shares_notes",
        internal("clinical"): "id note shared_by",
    },
    Phrase={internal("practice"): "id user section words order"},
    Reflection={
        # Its author's alone; no part of the record, so no part of a copy of it either.
        clinical(exported=False): "words",
        personal("clinical", exported=False): "written_at changed_at",
        internal("clinical"): "id author client booking",
    },
    Plan={
        clinical(): "work_on",
        # The stage stands in the decisions about it too; numbers and days say nothing of health.
        personal("clinical"): "therapist number stage session_type minutes sessions every_days made_at",
        internal("clinical"): "id client by",
    },
    PlannedSession={internal("clinical"): "id plan booking series"},
    NamedPerson={
        # Somebody whom a therapist named, by that therapist; the words are hashes.
        personal("account"): "name email phone own_phone ask_after_minutes tell_after_minutes saved_at",
        personal("account", exported=False): "email_reached_at phone_reached_at",
        internal("account"): "id user closing_word help_word",
    },
    Cover={
        personal("booking", exported=False): "person armed_at expected_at ask_at tell_at closed_at",
        internal("booking"): "id booking user version",
    },
)
