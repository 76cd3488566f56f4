"""Which row an account gets, and when a row that the practice kept before becomes theirs."""

import datetime as dt

import pytest

from accounts.happenings import Happening
from accounts.tests.factories import make_front_desk, make_owner, make_user
from bookings import withdrawal
from bookings.tests.factories import make_booking
from care.tests.factories import make_conversation
from clients import lookalikes, reading, records
from clients.errors import NotToJoin
from clients.models import Client, LookAlike
from clients.records import join_account, register
from clients.tests.factories import make_client, make_consent, make_published
from clients.tests.forms import begin, make_form
from practice.tests.factories import make_practice
from vault import trail

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)
BORN = dt.date(1990, 2, 3)


def registered(user):
    return register(user, name="Robin Hale", date_of_birth=BORN, now=NOW)


def test_account_gets_one_row_however_often_it_registers():
    user = make_user()
    assert registered(user) == registered(user)
    assert list(Client.objects.values_list("name", "email", "date_of_birth")) == [("Robin Hale", user.email, BORN)]


def test_row_the_practice_kept_is_joined_once_the_address_is_confirmed():
    user = make_user(email="robin@example.com")
    kept = make_client(email="Robin@Example.com", name="Robin H.", date_of_birth=BORN)
    registered(user)
    assert join_account(user) == kept
    assert list(Client.objects.values_list("pk", "user_id", "name")) == [(kept.pk, user.pk, "Robin H.")]


@pytest.mark.parametrize(("before", "after"), [(None, "search"), ("map", "map")])
def test_how_they_heard_of_us_goes_with_the_row_that_stays(before, after):
    user = make_user(email="robin@example.com")
    kept = make_client(email="robin@example.com", date_of_birth=BORN, heard_from=before)
    register(user, name="Robin Hale", date_of_birth=BORN, now=NOW, heard_from="search")
    assert join_account(user) == kept
    assert list(Client.objects.values_list("heard_from", flat=True)) == [after]


def test_row_is_not_joined_before_the_address_is_confirmed():
    user = make_user(email="robin@example.com", confirmed=False)
    kept, own = make_client(email="robin@example.com", date_of_birth=BORN), registered(user)
    assert join_account(user) == own
    kept.refresh_from_db()
    assert kept.user is None


def test_several_rows_with_the_address_are_left_for_the_desk():
    user = make_user(email="robin@example.com")
    make_client(email="robin@example.com", date_of_birth=BORN)
    make_client(email="robin@example.com", date_of_birth=BORN)
    own = registered(user)
    assert join_account(user) == own
    assert Client.objects.count() == 3


def test_row_of_another_account_is_never_taken():
    other = make_client(user=make_user(email="other@example.com"), email="robin@example.com")
    user = make_user(email="robin@example.com")
    own = registered(user)
    assert join_account(user) == own
    other.refresh_from_db()
    assert other.user.email == "other@example.com"


def test_row_with_bookings_of_its_own_stays():
    make_practice()
    user = make_user(email="robin@example.com")
    kept, own = make_client(email="robin@example.com", date_of_birth=BORN), registered(user)
    make_booking(client=own)
    assert join_account(user) == own
    kept.refresh_from_db()
    assert kept.user is None


def test_account_that_never_signed_up_as_a_client_gets_the_row_too():
    user = make_user(email="robin@example.com")
    kept = make_client(email="robin@example.com")
    assert join_account(user) == kept


def test_an_address_that_an_account_changes_to_is_looked_at_too():
    blocked = make_client(email="r.o.bin@example.com")
    withdrawal.block(blocked, by=make_owner(), now=NOW, why="As we agreed.")
    user = make_user(email="somebody@example.com")
    own = registered(user)
    user.email = "robin+new@example.com"
    user.save()
    records.follow_address(Happening("email_changed", user, "somebody@example.com", NOW))
    own.refresh_from_db()
    assert own.email == "robin+new@example.com"
    assert list(LookAlike.objects.values_list("client", "resembles", "by")) == [(own.pk, blocked.pk, "mailbox")]


# What keeps them two


def fill_in(own):
    begin(own, make_form())


def sign(own):
    make_consent(own, make_published(NOW), NOW)


def write(own):
    make_conversation(client=own)


def be_read(own):
    reading.note_reading(make_owner(), own, "intake", NOW)


def be_blocked(own):
    withdrawal.block(own, by=make_owner(), now=NOW, why="As we agreed.")


@pytest.mark.parametrize("rest", [fill_in, sign, write, be_read, be_blocked], ids=lambda each: each.__name__)
def test_nothing_is_lost_that_stands_with_the_newer_row(rest):
    make_practice()
    user = make_user(email="robin@example.com", name="Robin Hale")
    kept, own = make_client(email="robin@example.com", date_of_birth=BORN), registered(user)
    rest(own)
    assert join_account(user) == own
    kept.refresh_from_db()
    assert kept.user is None
    with pytest.raises(NotToJoin):
        records.join_by_word(kept, own, by=make_owner(), now=NOW)
    assert Client.objects.filter(pk__in=[kept.pk, own.pk]).count() == 2


def test_another_date_of_birth_goes_before_the_staff():
    """Two people may share a mailbox."""
    user = make_user(email="robin@example.com")
    kept, own = make_client(email="robin@example.com", date_of_birth=dt.date(1960, 1, 1)), registered(user)
    make_client(email="somebody@example.com")
    assert join_account(user) == own
    assert set(records.double()) == {kept, own}
    assert (list(records.doubles(kept)), list(records.doubles(own))) == ([own], [kept])


def test_staff_join_what_is_one_person_and_the_ledger_says_so():
    desk, user = make_front_desk(), make_user(email="robin@example.com")
    kept, own = make_client(email="Robin@example.com", date_of_birth=dt.date(1960, 1, 1)), registered(user)
    assert records.join_by_word(kept, own, by=desk, now=NOW) == kept
    assert list(Client.objects.values_list("pk", "user", "date_of_birth")) == [(kept.pk, user.pk, dt.date(1960, 1, 1))]
    line = trail.about(kept.vault_subject()).get()
    assert (line.kind, line.actor_id, line.details) == ("client.joined", desk.pk, {"account": user.pk, "gone": own.ref})
    assert not records.double().exists()
    with pytest.raises(NotToJoin):
        records.join_by_word(kept, own, by=desk, now=NOW)


def test_staff_join_nothing_to_an_address_that_is_not_confirmed():
    user = make_user(email="robin@example.com", confirmed=False)
    kept, own = make_client(email="robin@example.com", date_of_birth=BORN), registered(user)
    with pytest.raises(NotToJoin):
        records.join_by_word(kept, own, by=make_owner(), now=NOW)
    kept.refresh_from_db()
    assert kept.user is None


def test_what_was_noticed_about_the_newer_row_stands_with_the_one_that_stays():
    blocked = make_client(email="r.o.bin@example.com")
    withdrawal.block(blocked, by=make_owner(), now=NOW, why="As we agreed.")
    user = make_user(email="robin@example.com")
    kept, own = make_client(email="robin@example.com", date_of_birth=BORN), registered(user)
    assert LookAlike.objects.get().client == own
    lookalikes.answer(LookAlike.objects.get(), is_same=False, by=make_owner(), now=NOW)
    assert join_account(user) == kept
    assert list(LookAlike.objects.values_list("client", "resembles", "is_same")) == [(kept.pk, blocked.pk, False)]


# On the practice's side


def test_staff_find_two_records_with_one_address_and_put_them_together(client):
    user = make_user(email="robin@example.com")
    kept, own = make_client(email="robin@example.com", date_of_birth=dt.date(1960, 1, 1)), registered(user)
    make_client(name="Somebody Else")
    client.force_login(make_front_desk())
    listed = client.get("/admin/clients/client/?double=yes").content.decode()
    assert (kept.name in listed, own.name in listed, "Somebody Else" in listed) == (True, True, False)
    page = f"/admin/clients/client/{own.pk}/double/"
    assert page in client.get(f"/admin/clients/client/{own.pk}/change/").content.decode()
    shown = client.get(page).content.decode()
    assert ("1 Jan 1960" in shown, "3 Feb 1990" in shown, "put them together" in shown) == (True, True, True)
    assert Client.objects.count() == 3
    answer = client.post(page)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/clients/client/{kept.pk}/change/")
    assert Client.objects.get(user=user) == kept
    assert "double/" not in client.get(f"/admin/clients/client/{kept.pk}/change/").content.decode()


def test_staff_read_why_two_records_stay_two(client):
    make_practice()
    user = make_user(email="robin@example.com")
    make_client(email="robin@example.com", date_of_birth=BORN)
    own = registered(user)
    make_booking(client=own)
    client.force_login(make_owner())
    for answer in (
        client.get(f"/admin/clients/client/{own.pk}/double/"),
        client.post(f"/admin/clients/client/{own.pk}/double/"),
    ):
        assert "Please go on with the newer one." in answer.content.decode()
    assert Client.objects.count() == 2


def test_client_is_written_to_at_the_accounts_new_address_unless_theirs_was_another() -> None:
    user = make_user(email="before@example.com")
    client, other = make_client(user=user), make_client(email="own@example.com", user=make_user(email="b@example.com"))
    for each, before in ((client, "before@example.com"), (other, "b@example.com")):
        each.user.email = f"new{each.pk}@example.com"
        records.follow_address(Happening("email_changed", each.user, before, NOW))
        each.refresh_from_db()

    assert (client.email, other.email) == (f"new{client.pk}@example.com", "own@example.com")
