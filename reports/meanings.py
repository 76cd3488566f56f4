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
    "messages_sent": "Messages that left the practice, whatever became of them then. A message is counted on the day on which it "
    "was to go out.",
    "messages_late": "Messages that left more than ten minutes after the moment for which they were last planned.",
    "messages_again": "Messages that left at a second try or a later one, or how often it was tried.",
    "messages_bounced": "Messages that left and were sent back, since nobody takes them at that address or number.",
    "messages_failed": "Messages that could not be sent at all: there was no address, or the address or the text was refused.",
    "messages_held_back": "Messages that did not go out because the client chose not to be written to, or not in this way.",
    "messages_not_needed": "Messages that were planned and taken back, since what they were about changed before they were due.",
    "messages_too_late": "Messages that did not leave in time and would have been of no use any more.",
    "messages_waiting": "Messages that are still to go out.",
    "reminder_sessions": "Sessions of the period that took place or whose client did not come. One counts as reminded of where "
    "at least one reminder left before it began and did not come back.",
    "missed_share": "Sessions whose client did not come, out of those that took place and those that were missed.",
}
