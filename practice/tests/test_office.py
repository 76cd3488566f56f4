"""How a change of a booking reads on the practice's side."""

from practice.templatetags.office import told


def test_what_was_set_aside_and_seen_reads_as_words() -> None:
    details = {"overridden": ["outside_hours", "too_soon"], "set_aside": ["stage_required:clearing"]}
    assert told(details) == "although it was outside hours and too soon; what comes before it was set aside"
    assert told({"identity_seen": True, "reaffirmed": ["tantric-session"]}) == "we saw who it is; consent said again"


def test_other_changes_stand_as_old_and_new() -> None:
    assert told({"room": ["garden", "loft"]}) == "room garden → loft"
