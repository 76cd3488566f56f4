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
    "earned": "What the bookings of the period owe after what was waived, without sessions that are still to come.",
    "to_come": "What confirmed sessions of the period that have not begun yet owe after what was waived.",
    "over": "What was paid for bookings of the period beyond what they owe: to be given back, or a deposit for a request that "
    "still waits.",
    "per_hour": "What the sessions that took place owe after what was waived, for each hour of their booked length; without "
    "consultations.",
    "came_in": "Payments and deposits of these days, less those that were entered wrongly and taken back.",
    "given_back": "What was given back on these days, less what was entered wrongly and taken back.",
    "clients": "People with at least one session that took place in the period.",
    "new_clients": "Clients of the period whose first session that ever took place here, with whomever and of whichever kind, "
    "lies in it.",
    "returning_clients": "Clients with a session in the period who had one before it began.",
    "lapsed_clients": "Clients whose last session became 180 days old on a day of the period, and who at its end had nothing "
    "booked for later that still stands or took place.",
    "came_back": "Of these new clients, those who came again within so many days of the day of their first session, to "
    "whomever. It is left open until so many days have passed for all of them.",
    "share_of_clients": "Out of all clients of this table.",
    "no_shows": "Bookings whose client did not come.",
    "cancellations": "Bookings that were cancelled, by the client or by the practice, counted on the day of the session.",
    "late_cancellations": "Bookings that their client cancelled inside the notice that was agreed. What the practice cancelled "
    "or released is not among them, nor is a session that was moved late and then cancelled in time.",
    "cancelled_by_client": "Cancelled by the client: on the site, by a link in a message, or by staff on the client's word.",
    "cancelled_by_practice": "Cancelled or broken off by the practice.",
    "cancelled_by_otherwise": "Released because something that the booking rested on ended, or cancelled before the practice kept "
    "its bookings here.",
    "fee_bookings": "Bookings in the practice's currency that were cancelled or missed.",
    "fee_count": "Those of them for which a fee came due: for cancelling late, for not coming, or for an earlier late move.",
    "fees_due": "The fees that came due, before anything of them was waived. A fee that was let off as the session was cancelled "
    "or missed never came due.",
    "fees_waived": "The part of the fees that was let off afterwards.",
    "fees_to_pay": "What is still to be paid for these bookings.",
    "booked_length": "How long the session was booked for, without the time kept around it.",
    "price": "What was agreed for the session when it was booked.",
    "balance": "What is still to be paid for the booking; below nothing, what is to be given back.",
    "till_taken": "What came in that day, one way: payments and deposits, less what was typed wrongly and taken back.",
    "till_given_back": "What was given back to clients that day, one way.",
    "till_counted": "What was counted at the end of the day.",
    "till_difference": "What was counted less what the day came to; below nothing, it was short.",
    "till_open": "What days come to whose end nobody has counted yet.",
    "sessions_to_come": "Sessions that are booked or asked for and not over yet.",
    "unmarked": "Confirmed sessions that are over and of which nobody has noted yet whether they took place. Until then they "
    "count as neither.",
    "offered": "Hours in which the therapists were there for sessions: their working hours less time off and closures. They count "
    "from a therapist's first session on, and until the last of one who gives no sessions any more.",
    "booked": "The time that sessions take with the time kept around them, on the day on which the session begins; so also a "
    "request that waits, and where a client did not come. What lies outside the working hours counts too.",
    "free": "Offered hours from now on that nothing takes yet.",
    "booked_share": "Booked hours out of the offered ones. It is more than all where sessions were given outside the working "
    "hours.",
    "booked_hour": "The booked part of this hour of the week out of the time in it that was offered, over the whole period.",
    "booked_part": "The part of all booked hours that were in this room.",
    "shortest_session": "The least that a session of this therapist takes, as it is offered now, with the time kept before and "
    "after it.",
    "gaps": "Time between two bookings of a day that is shorter than the therapist's shortest session takes. Where a break, time "
    "off or a closure lies in it, it is none.",
    "booked_ahead": "Sessions that stand, took place or were missed, by the days from booking to the day of the session; without "
    "those from a practice file.",
    "journey_clients": "Clients with a session that took place by then, or of whom a stage was decided. Until a therapist decides "
    "otherwise, a client is in the first stage.",
    "journey_days": "Since the day on which the stage was decided; in the first stage, since the first session that took place.",
    "journey_steps": "Decisions by which a client came to a later stage than before, on the day for which the therapist dated them.",
    "journey_back": "Decisions by which a client came back to an earlier stage.",
    "journey_not_yet": "Times that a therapist decided to give the present stage more time.",
    "journey_sessions": "Sessions, without consultations, that took place in the stage which the step left: after the day on which "
    "the client came to it, up to the day of the step.",
    "first_requests": "The first tantric session that each client ever asked for here, counted on the day of asking, by how it "
    "stands now. Confirmed also counts what was cancelled later.",
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
    "consents_out": "Consents and notices of which the client signed a version once, and the one that applies today they have not, "
    "or it has run out. Of clients with a session to come or one in the last twelve months, as is all that they sign or fill in.",
    "boundaries_out": "The same of the boundaries, where the client showed once that an earlier version was understood.",
    "forms_out": "Forms about health that the client filled in once and that have run out since.",
    "running_out": "What holds today and ends within the next thirty days.",
    "papers_out": "What the client gave once and does not hold any more: a newer version applies, or it has run out.",
    "signatures": "Consents that their client has signed and the therapist not yet, where the practice has both sign.",
    "notes_unsigned": "Sessions that ended more than a day ago and whose note is not signed. What a practice file brought in asks "
    "for no note.",
    "incidents_open": "Incidents of which nobody has written yet what came of them.",
    "incidents_overdue": "Open incidents that were to be looked at again on a day that has passed.",
    "incidents": "Incidents by the day on which they happened.",
    "incidents_seen_to": "Incidents by the day on which somebody last wrote what came of them.",
    "opened_in_need": "Records that a therapist opened, with a reason, though they do not treat the client; the client sees it and "
    "the owner is told.",
    "read_outside": "Readings of clinical records, by the lines that each of them leaves, of clients whom the reader did not treat "
    "at that moment. Of somebody who has been erased nobody can tell.",
}
