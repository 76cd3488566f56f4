"""What the fields of the practice's own tables hold. It stands here because that app lies below this one."""

from vault.labels import internal, labelled, public

LABELS = labelled(
    Practice={
        public(): "name strapline timezone currency min_notice horizon_days cancellation_notice reschedule_notice "
        "late_fee_percent no_show_fee_percent email phone address directions bring slot_step_minutes",
        internal("practice"): "id request_expires_after reminders consent_signers calendar_domain",
    },
    PageText={public(): "slug title body", internal("practice"): "id"},
)
