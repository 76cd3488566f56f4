"""What the fields of the offer, the hours and the bookings hold.

Times, therapist and price of a booking are compared and summed by the database, so they are personal and not sealed.
"""

from vault.labels import internal, labelled, personal, public

LABELS = labelled(
    Room={public(): "slug name", internal("practice"): "id order"},
    SessionType={
        public(): "slug name kind summary description approval requires_stage requires_consultation requires_consents "
        "cancellation_notice reschedule_notice active preparation aftercare",
        internal("practice"): "id reminders neutral_name buffer_before_minutes buffer_after_minutes order",
    },
    SessionTypeRoom={internal("practice"): "id session_type room order"},
    Prerequisite={public(): "session_type completed count", internal("practice"): "id"},
    Length={public(): "session_type minutes price", internal("practice"): "id"},
    Therapist={
        public(): "slug name bio active",
        internal("practice"): "id user order max_minutes_per_day max_sessions_per_day evening_list evening_names",
    },
    Offer={public(): "therapist session_type", internal("practice"): "id"},
    OfferPrice={public(): "offer length price", internal("practice"): "id"},
    # A therapist's working life is theirs: the public sees free starts, never these rows.
    WeeklyHours={personal("practice", exported=False): "id therapist weekday opens closes valid_from valid_until"},
    DateHours={personal("practice", exported=False): "id therapist on opens closes"},
    TimeOff={personal("practice", exported=False): "id therapist starts_at ends_at"},
    Closure={internal("practice"): "id room starts_at ends_at"},
    Booking={
        personal(
            "booking"
        ): "ref therapist session_type room minutes starts_at ends_at session_on booked_on status made_via "
        "cancellation_notice reschedule_notice late_fee_percent no_show_fee_percent created_at cancelled_at is_late "
        "coming_said_at checked_in_at started_at ended_at",
        personal("invoice"): "price currency late_fee",
        internal("booking"): "id client version busy_from_at busy_until_at",
        internal("working"): "hold_ends_at answer_by_at",
    },
    BookingChange={
        personal("booking"): "at via what before after details why",
        # Who of the practice did it is told by name where it matters, not by the number of an account.
        internal("booking"): "id booking by",
    },
    MoveRequest={
        personal("booking"): "therapist starts_at asked_at answer is_late",
        internal("booking"): "id booking answer_by_at",
    },
    Proposal={personal("booking"): "therapist starts_at made_at answer", internal("booking"): "id booking"},
    CalendarFeed={
        personal("account"): "shows made_at fetched_at",
        internal("account"): "id user digest content_digest changed_at",
    },
    # The practice's books: a client has their receipts, and an export tells the amounts.
    MoneyEntry={
        personal("invoice"): "kind amount currency paid_by number what at why",
        internal("invoice"): "id booking on by corrects",
    },
    CashUp={internal("invoice"): "id on paid_by currency expected counted why at by"},
    IdempotencyKey={internal("working"): "id user key digest booking answer made_at"},
)
