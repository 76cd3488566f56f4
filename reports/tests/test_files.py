"""Long files: ordered, made by whoever has the lease, kept for some days, and never for anybody else."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Role
from accounts.tests.factories import make_front_desk, make_owner
from outbox import nudge
from practice.tests.factories import make_practice
from reports import catalogue, files, progress, tasks
from reports.errors import Abandoned, EnoughOrdered, NoSuchTable, TooLong
from reports.models import FileState, ReportFile, ReportPart
from reports.progress import LEASE, Progress
from reports.tests import samples
from reports.tests.samples import asked_by, make_file, tiny

NOW = dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC)
CONTENT = (
    "\ufeffClient,Day,Agreed (GBP)\r\n"
    "'=Sam Field,2027-05-01,0.00\r\n'=Sam Field,2027-05-01,1.00\r\n'=Sam Field,2027-05-01,2.00\r\n"
).encode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(monkeypatch) -> Any:
    """A small report of our own in the place of the real ones."""
    make_practice()
    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(),))
    return catalogue.ENTRIES[0]


def at(now: dt.datetime = NOW) -> Any:
    return lambda: now


def order(entry, user, **overrides: Any) -> ReportFile:
    return files.order(
        entry, asked_by(user, NOW), **({"what": "rows", "form": "csv"} | {name: overrides[name] for name in overrides})
    )


def content(file: ReportFile) -> bytes:
    return b"".join(files.content(ReportFile.objects.get(pk=file.pk)))


def test_ordered_file_is_made_as_it_would_have_been_at_once(entry):
    file = order(entry, make_owner())
    assert (file.state, file.name, file.query) == (
        FileState.WAITING,
        "tiny-rows-2027-05-01-to-2027-05-31.csv",
        "from=2027-05-01&to=2027-05-31",
    )

    assert files.make_next(at())

    file.refresh_from_db()
    assert (file.state, file.rows_done, file.rows_of, file.has_names) == (FileState.READY, 3, 3, True)
    assert (file.made_at, file.expires_at, file.size) == (NOW, NOW + files.KEPT_FOR, len(CONTENT))
    assert content(file) == CONTENT
    assert not files.make_next(at())


def test_long_content_lies_in_parts_and_comes_back_whole(entry, monkeypatch):
    monkeypatch.setattr(files, "PART", 7)
    file = order(entry, make_owner())

    files.make_next(at())

    assert content(file) == CONTENT
    assert ReportPart.objects.filter(file=file).count() == -(-len(CONTENT) // 7)


def test_same_file_is_not_ordered_twice_while_it_is_on_its_way(entry):
    owner = make_owner()
    first = order(entry, owner)
    assert order(entry, owner) == first

    files.make_next(at())

    assert order(entry, owner) != first


def test_nobody_has_more_than_some_on_their_way(entry):
    owner = make_owner()
    for what in ("rows", "ways", "summary"):
        order(entry, owner, what=what)

    with pytest.raises(EnoughOrdered):
        order(entry, owner, form="xlsx")
    assert order(entry, make_front_desk()).is_open


@pytest.mark.parametrize("what", ["", "x" * 61, "Ways", "a/b"])
def test_what_is_no_key_is_no_table(entry, what):
    with pytest.raises(NoSuchTable):
        order(entry, make_owner(), what=what)


def test_files_are_made_in_the_order_in_which_they_were_asked_for(entry):
    later = order(entry, make_owner())
    ReportFile.objects.filter(pk=later.pk).update(ordered_at=NOW + dt.timedelta(seconds=1))
    first = order(entry, make_front_desk())

    files.make_next(at())

    assert list(ReportFile.objects.filter(state=FileState.READY)) == [first]


def test_while_one_is_made_no_other_worker_begins_one(entry):
    """The other workers are left for messages."""
    made = order(entry, make_owner())
    order(entry, make_front_desk())
    ReportFile.objects.filter(pk=made.pk).update(state=FileState.MAKING, lease_until_at=NOW + LEASE, claims=1)

    assert not files.make_next(at())


def test_file_whose_worker_stopped_is_made_by_the_next_and_holds_nothing_of_the_first(entry):
    file = order(entry, make_owner())
    ReportFile.objects.filter(pk=file.pk).update(state=FileState.MAKING, lease_until_at=NOW + LEASE, claims=1)
    ReportPart.objects.create(file=file, claim=1, number=0, content=b"half")

    assert not files.make_next(at(NOW + LEASE - dt.timedelta(seconds=1)))
    assert files.make_next(at(NOW + LEASE))

    assert content(file) == CONTENT
    assert ReportPart.objects.filter(file=file).count() == 1


def test_lease_of_a_clock_that_was_put_back_holds_nobody_up(entry):
    file = order(entry, make_owner())
    ReportFile.objects.filter(pk=file.pk).update(
        state=FileState.MAKING, lease_until_at=NOW + dt.timedelta(days=9), claims=1
    )

    assert files.make_next(at())


def test_file_at_which_workers_stop_again_and_again_is_given_up_with_a_sentence(entry):
    file = order(entry, make_owner())
    ReportFile.objects.filter(pk=file.pk).update(state=FileState.MAKING, lease_until_at=NOW, claims=files.TRIES)

    assert not files.make_next(at())

    file.refresh_from_db()
    assert (file.state, file.why) == (FileState.FAILED, files.GAVE_UP)


@pytest.mark.parametrize("left", [{}, {"state": FileState.MAKING, "claims": 1, "lease_until_at": NOW}])
def test_of_two_workers_that_look_at_the_same_moment_one_has_the_file(entry, left):
    file = order(entry, make_owner())
    ReportFile.objects.filter(pk=file.pk).update(**left)

    both = [files._due(NOW), files._due(NOW)]
    assert both == [file, file]
    without_looking = [ReportFile.objects.filter(pk=each.pk).update(rows_done=0) for each in both]

    assert [files._take(each, NOW) for each in both] == [True, False]
    assert without_looking == [1, 1]  # as it would be without the condition


def test_nobody_takes_a_file_whose_worker_still_waits_for_the_database(entry, monkeypatch):
    """Nothing renews its lease until rows come: first while they are counted, then while they are looked for."""
    file, longest = order(entry, make_owner()), dt.timedelta(seconds=files.READING_SECONDS)
    clock = [NOW]

    def slow(asked):
        found = samples.behind(asked)

        def counted():
            waited()
            return 3

        def rows():
            waited()
            yield from found.rows

        return replace(found, rows=rows(), count=counted)

    def waited():
        clock[0] += longest
        assert not files.make_next(at(clock[0]))

    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(behind=slow),))
    assert files.make_next(lambda: clock[0])

    file.refresh_from_db()
    assert (file.state, file.claims, clock[0]) == (FileState.READY, 1, NOW + 2 * longest)


def test_worker_that_lost_its_file_changes_nothing_of_it(entry, monkeypatch):
    """It wakes up after its lease, when another worker has made the file already."""
    file = order(entry, make_owner())

    def slow(asked):
        if ReportFile.objects.get(pk=file.pk).claims == 1:
            assert files.make_next(at(NOW + files.UNTIL_A_ROW))
        return samples.behind(asked)

    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(behind=slow),))
    assert files.make_next(at())

    file.refresh_from_db()
    assert (file.state, file.claims, file.made_at) == (FileState.READY, 2, NOW + files.UNTIL_A_ROW)
    assert content(file) == CONTENT
    assert set(file.parts.values_list("claim", flat=True)) == {2}


def test_file_that_is_cancelled_while_it_is_made_leaves_nothing(entry, monkeypatch):
    file = order(entry, make_owner())

    def cancelled(asked):
        files.delete(file)
        return samples.behind(asked)

    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(behind=cancelled),))

    assert files.make_next(at())
    assert (ReportFile.objects.count(), ReportPart.objects.count()) == (0, 0)


def refused(asked):
    raise TooLong


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"what": "gone"}, "There is no such table in this report."),
        ({"slug": "gone"}, "There is no such report."),
        ({"query": "therapist=gone"}, "There is no therapist “gone” here."),
        ({"role": Role.OWNER}, "This file was ordered for another role than you have now, so it was not made."),
    ],
)
def test_what_cannot_be_made_says_why(entry, change, why):
    file = order(entry, make_front_desk())
    ReportFile.objects.filter(pk=file.pk).update(**change)

    files.make_next(at())

    file.refresh_from_db()
    assert (file.state, file.why, file.lease_until_at) == (FileState.FAILED, why, None)


def test_report_that_takes_too_long_says_so(entry, monkeypatch):
    file = order(entry, make_owner())
    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(behind=refused),))

    files.make_next(at())

    file.refresh_from_db()
    assert file.why == TooLong.sentence


def test_somebody_who_may_no_longer_sign_in_gets_nothing_made(entry):
    desk = make_front_desk()
    file = order(entry, desk)
    desk.is_active = False
    desk.save()

    files.make_next(at())

    file.refresh_from_db()
    assert file.has_failed


def test_file_belongs_to_one_person_in_the_role_it_was_made_for():
    desk, owner = make_front_desk(), make_owner()
    file = make_file(desk, NOW)
    assert list(ReportFile.objects.for_user(desk)) == [file]
    assert list(ReportFile.objects.for_user(owner)) == []

    desk.role = Role.THERAPIST
    desk.save()

    assert list(ReportFile.objects.for_user(desk)) == []


def test_what_has_had_its_days_is_deleted_with_its_bytes():
    owner = make_owner()
    make_file(owner, NOW)
    kept = make_file(owner, NOW + dt.timedelta(seconds=1))

    files.forget(NOW + files.KEPT_FOR)

    assert list(ReportFile.objects.all()) == [kept]
    assert list(ReportFile.objects.there(NOW + files.KEPT_FOR)) == [kept]
    assert set(ReportPart.objects.values_list("file", flat=True)) == {kept.pk}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("takes_away", [files.delete, lambda file: files.forget(file.expires_at)])
def test_file_is_taken_away_with_the_part_that_its_worker_just_writes(takes_away):
    file = make_file(make_owner(), NOW, state=FileState.MAKING, lease_until_at=NOW + LEASE)
    has_begun = threading.Event()

    def take_away() -> None:
        has_begun.set()
        try:
            takes_away(file)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            assert files._held(file).update(lease_until_at=NOW + LEASE) == 1
            ReportPart.objects.create(file=file, claim=1, number=2, content=b"c")
            taken_away = beside.submit(take_away)
            assert has_begun.wait(30)
            time.sleep(0.3)  # by then it waits for us; if it is later still, there is nothing to wait for
        taken_away.result(30)

    assert (ReportFile.objects.count(), ReportPart.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_progress_is_told_and_the_lease_renewed_while_the_reader_is_inside_its_moment(entry, monkeypatch):
    """Others see it before the file is done; on a connection of its own, since the reading one may not write."""
    monkeypatch.setattr(progress, "LOOK_EVERY", 1)
    clock = (NOW + dt.timedelta(seconds=10 * number) for number in itertools.count())
    seen: list[tuple[int, int | None, dt.datetime]] = []

    def rows(asked):
        for row in samples.behind(asked).rows:
            yield row
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT rows_done, rows_of FROM reports_reportfile")
                seen.append(cursor.fetchone())
            other.close()

    def behind(asked):
        found = samples.behind(asked)
        return type(found)(found.key, found.title, found.columns, rows(asked), found.count)

    monkeypatch.setattr(catalogue, "ENTRIES", (tiny(behind=behind),))
    file = order(catalogue.ENTRIES[0], make_owner())

    assert files.make_next(lambda: next(clock))

    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert content(file) == CONTENT


@pytest.mark.django_db(transaction=True)
def test_progress_of_a_file_that_is_somebody_elses_stops_the_worker():
    file = make_file(make_owner(), NOW, state=FileState.MAKING, claims=2)
    with Progress(file.pk, 2, at()) as own:
        own.tell(5, NOW)
    file.refresh_from_db()
    assert (file.rows_done, file.lease_until_at) == (5, NOW + LEASE)

    with Progress(file.pk, 1, at()) as lost, pytest.raises(Abandoned):
        lost.tell(9, NOW)
    file.refresh_from_db()
    assert file.rows_done == 5


def test_task_makes_one_and_asks_for_the_next(entry, monkeypatch):
    nudged: list[str] = []
    monkeypatch.setattr(nudge, "send", nudged.append)
    files.order(entry, asked_by(make_owner()), "rows", "csv")
    files.order(entry, asked_by(make_front_desk()), "rows", "csv")
    expired = make_file(make_owner(), timezone.now() - dt.timedelta(days=8))

    tasks.make()
    assert nudged == [files.MAKE]
    tasks.make()

    assert nudged == [files.MAKE]
    assert not ReportFile.objects.filter(pk=expired.pk).exists()
    assert ReportFile.objects.filter(state=FileState.READY).count() == 2
