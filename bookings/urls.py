"""The addresses of the offer and of booking."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from bookings.views import (
    agreements,
    book,
    change,
    contact,
    entrance,
    feeds,
    forms,
    links,
    mine,
    offer,
    receipts,
    review,
    visit,
)
from clients.views import record, sent


class RefConverter(StringConverter):
    """What may be a booking's ref; anything else is not found before a query is made."""

    regex = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


register_converter(RefConverter, "ref")

urlpatterns = [
    path("", offer.home, name="home"),
    path("sessions/", offer.sessions, name="sessions"),
    path("sessions/<slug:slug>/", offer.session, name="session"),
    path("book/", book.sessions, name="book"),
    path("book/time/chosen/", review.chosen, name="book_chosen"),
    path("book/review/<ref:ref>/", review.review, name="book_review"),
    path("book/review/<ref:ref>/keep/", review.keep, name="book_keep"),
    path("book/review/<ref:ref>/release/", review.release, name="book_release"),
    path("book/done/<ref:ref>/", review.done, name="book_done"),
    path("book/<slug:slug>/", book.times, name="book_times"),
    path("my/", mine.bookings, name="my"),
    path("accounts/details/", entrance.details, name="my_details"),
    path("my/contact/", contact.contact, name="my_contact"),
    path("my/contact/refuse/", contact.refuse, name="my_contact_refuse"),
    path("my/contact/allow/", contact.allow, name="my_contact_allow"),
    path("my/record/", record.record, name="my_record"),
    path("my/sent/", sent.sent, name="my_sent"),
    path("my/receipts/", receipts.mine, name="my_receipts"),
    path("my/receipts/<int:number>/", receipts.receipt, name="my_receipt"),
    path("my/calendar/", feeds.mine, name="my_feed"),
    path("link/coming/<str:token>/", links.coming, name="link_coming"),
    path("link/cancel/<str:token>/", links.cancel, name="link_cancel"),
    path("link/move/<str:token>/", links.move, name="link_move"),
    path("link/move/<str:token>/confirm/", links.confirm_move, name="link_confirm_move"),
    path("link/done/<str:token>/", links.done, name="link_done"),
    path("feeds/<str:secret>.ics", feeds.feed, name="feed"),
    path("my/forms/", forms.forms, name="my_forms"),
    path("my/forms/<slug:slug>/", forms.form, name="my_form"),
    path("my/forms/<slug:slug>/<int:number>/", forms.page, name="my_form_page"),
    path("my/forms/<slug:slug>/sign/", forms.sign, name="my_form_sign"),
    path("my/agreements/", agreements.mine, name="my_agreements"),
    path("my/agreements/<slug:slug>/", agreements.agreement, name="my_agreement"),
    path("my/agreements/<slug:slug>/copy/", agreements.copy, name="my_agreement_copy"),
    path("my/agreements/<slug:slug>/withdraw/", agreements.withdraw, name="my_agreement_withdraw"),
    path("my/boundaries/", agreements.boundaries, name="my_boundaries"),
    path("my/<ref:ref>/visit/", visit.visit, name="my_visit"),
    path("my/<ref:ref>/", mine.booking, name="my_booking"),
    path("my/<ref:ref>/calendar.ics", mine.calendar, name="my_calendar"),
    path("my/<ref:ref>/cancel/", change.cancel, name="my_cancel"),
    path("my/<ref:ref>/cancel/undo/", mine.undo_cancel, name="my_undo_cancel"),
    path("my/<ref:ref>/reschedule/", change.move, name="my_move"),
    path("my/<ref:ref>/reschedule/confirm/", change.confirm_move, name="my_confirm_move"),
    path("my/<ref:ref>/proposals/<int:pk>/", mine.take_proposal, name="my_take_proposal"),
    # allauth's own pages of the same names, with the chosen time beside them and the date of birth asked
    path("accounts/signup/", entrance.SignUp.as_view(), name="account_signup"),
    path("accounts/login/", entrance.SignIn.as_view(), name="account_login"),
    path("accounts/confirm-email/", entrance.confirm_address, name="account_email_verification_sent"),
]
