"""What each number means, in plain words: one click away wherever it stands. Each number has one meaning, so that it is the
same everywhere."""

from __future__ import annotations

MEANINGS: dict[str, str] = {
    "sessions": "Sessions that took place, consultations among them, counted on the day on which they begin.",
    "hands_on": "The booked length of the sessions that took place, without consultations.",
    "agreed": "What the bookings of the period owe before anything is waived: the price of sessions that stand or took "
    "place, and the fees of late changes and of not coming.",
    "waived": "What was taken off the bookings of the period, each time with a reason.",
    "paid": "What was taken for the bookings of the period and not given back, whenever that was.",
    "owed": "What the bookings of the period still have to be paid: agreed less waived less paid, booking by booking.",
    "taken": "Money that came in on the days of the period less what was given back on them, whichever session it was for; "
    "the cash-up counts the same.",
    "clients": "People with at least one session that took place in the period.",
    "new_clients": "Clients whose first session that ever took place here lies in the period.",
    "returning_clients": "Clients with a session in the period who had one before it began.",
    "no_shows": "Bookings whose client did not come.",
    "late_cancellations": "Bookings that their client cancelled inside the notice that was agreed.",
    "offered": "Hours in which the therapists were there for sessions: their working hours less time off and closures.",
    "booked": "The part of the offered hours that sessions and the time kept around them take; so also where a client did "
    "not come.",
    "free": "Offered hours from now on that nothing takes yet.",
}
