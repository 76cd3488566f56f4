"""What a booking lacks, as those who treat the client read it."""

import pytest

from accounts.models import User
from accounts.tests.factories import make_front_desk, make_owner
from bookings import readiness
from bookings.admin import lacking
from bookings.errors import Conflict, NotReady
from bookings.tests.test_readiness import (
    TODAY,
    blocked,
    bookable,
    no_boundaries,
    no_intake,
    stopped,
    to_review,
    too_early,
    withdrawn,
)
from clients.models import Document

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lack", "sentence"),
    [
        (stopped, "An answer of the client's stops it: please look under Flags, and clear it with a reason."),
        (to_review, "An answer of the client's asks you to look first: please see under Flags."),
        (blocked, "The client is blocked."),
        (withdrawn, "“Treatment consent” was withdrawn; the client alone can give it again."),
        (too_early, "It asks for the stage “Clearing”."),
        (no_intake, "“Health” is not filled in and signed off."),
        (no_boundaries, "The boundaries are not read and answered."),
    ],
)
def test_each_lack_is_told_to_who_can_do_something_about_it(lack, sentence: str) -> None:
    client, kind, _ = bookable()
    lack(client, kind)
    Document.objects.update(title="Treatment consent")
    assert lacking.told(readiness.of(client, kind, TODAY).missing) == [sentence]


def test_a_refusal_to_the_front_desk_tells_nothing_of_what_is_missing() -> None:
    client, kind, _ = bookable()
    blocked(client, kind)
    ready = readiness.of(client, kind, TODAY)

    def told_to(user: User) -> list[str]:
        with pytest.raises(NotReady) as refused:
            ready.require(readiness.BY_STAFF, user)
        return lacking.of(refused.value)

    assert told_to(make_owner()) == ["The client is blocked."]
    assert told_to(make_front_desk()) == [
        "This client cannot have this session at present. The therapist can say more."
    ]


def test_any_other_refusal_is_told_as_it_is() -> None:
    assert lacking.of(Conflict("Please check the client in first.")) == ["Please check the client in first."]
