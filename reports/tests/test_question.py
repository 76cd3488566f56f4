import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Role
from accounts.tests.factories import make_owner, make_user
from bookings.tests.factories import make_room, make_session_type, make_therapist
from practice.tests.factories import make_practice
from reports.errors import NotAPeriod, UnknownFilter
from reports.period import Period
from reports.question import Question, asked, read

NOW = dt.datetime(2027, 5, 12, 23, 30, tzinfo=dt.UTC)
"""Already 13 May in London."""
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: text.replace("\0", "").strip())
QUESTIONS = st.builds(Question, WORDS, WORDS, WORDS, *[st.lists(WORDS.filter(bool), max_size=3).map(tuple)] * 3)


@settings(deadline=None)
@given(QUESTIONS)
def test_what_is_asked_outlives_its_address(question) -> None:
    if question.first or question.last:
        question = question._replace(word="")

    assert read(QueryDict(question.query)) == question


def test_session_types_have_the_name_of_the_api_too_and_nuls_are_nobodys_names() -> None:
    found = read(QueryDict("type=a&session_type=b&therapist=%00mara&room=&period=last-year"))

    assert found == Question("", "", "last-year", ("\ufffdmara",), ("a", "b"), ())


@pytest.mark.django_db
def test_question_becomes_a_period_of_the_practices_own_days_and_rows() -> None:
    practice = make_practice()
    mara, kind, room = make_therapist(slug="mara"), make_session_type(slug="calm"), make_room(slug="garden")

    found = asked(
        Question("", "", "today", ("mara",), ("calm",), ("garden",)), by=make_owner(), practice=practice, now=NOW
    )

    assert found.period == Period(dt.date(2027, 5, 13), dt.date(2027, 5, 13))
    assert (found.filters.therapists, found.filters.session_types, found.filters.rooms) == ((mara,), (kind,), (room,))
    assert found.today == dt.date(2027, 5, 13)


@pytest.mark.django_db
def test_what_is_wrong_is_said() -> None:
    practice, owner = make_practice(), make_owner()
    make_therapist(slug="jonas")
    colleague = make_therapist(slug="mara").user

    for question, by, error, sentence in [
        (Question("2027-02-01", "2027-01-01"), owner, NotAPeriod, "The period ends on 2027-01-01, before it begins"),
        (Question(therapists=("nobody",)), owner, UnknownFilter, "There is no therapist “nobody” here."),
        (Question(rooms=("cellar",)), owner, UnknownFilter, "There is no room “cellar” here."),
        (Question(session_types=("\ufffd",)), owner, UnknownFilter, "There is no session type “\ufffd” here."),
        (Question(therapists=("jonas",)), colleague, UnknownFilter, "There is no therapist “jonas” here."),
    ]:
        with pytest.raises(error, match=sentence):
            asked(question, by=by, practice=practice, now=NOW)


@pytest.mark.django_db
def test_therapist_may_name_themselves() -> None:
    user = make_therapist(slug="mara", user=make_user(role=Role.THERAPIST)).user

    found = asked(Question(therapists=("mara",)), by=user, practice=make_practice(), now=NOW)

    assert [each.slug for each in found.filters.therapists] == ["mara"]
