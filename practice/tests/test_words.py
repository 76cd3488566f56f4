import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from practice import words
from practice.templatetags.words import opening, prose


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("70.00", "GBP", "£70"),
        ("67.50", "EUR", "€67.50"),
        ("1250", "USD", "$1,250"),
        ("70", "CHF", "CHF\u00a070"),
        ("0", "GBP", "£0"),
    ],
)
def test_money_is_said_with_its_sign_and_without_empty_pence(amount, currency, said):
    assert words.money(Decimal(amount), currency) == said


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (dt.timedelta(minutes=90), "90 minutes"),
        (dt.timedelta(hours=1), "1 hour"),
        (dt.timedelta(hours=24), "24 hours"),
        (dt.timedelta(days=2), "48 hours"),
        (dt.timedelta(days=3), "3 days"),
        (dt.timedelta(days=3, hours=1), "73 hours"),
        (dt.timedelta(0), "0 minutes"),
    ],
)
def test_a_span_is_said_in_its_largest_whole_unit(length, said):
    assert words.span(length) == said


def test_small_numbers_are_words_and_larger_ones_figures():
    assert [words.small(2), words.small(10), words.small(11)] == ["two", "ten", "11"]


def test_a_share_of_the_price_is_said_as_a_person_would():
    assert [words.share(n) for n in (0, 30, 50, 100)] == [
        "nothing",
        "30 % of the price",
        "half the price",
        "the full price",
    ]


def test_prose_shows_html_and_images_as_they_were_typed():
    assert prose("<script>x</script>\n\n**bold** ![a](http://elsewhere/x.png)") == (
        '<p>&lt;script&gt;x&lt;/script&gt;</p>\n<p><strong>bold</strong> !<a href="http://elsewhere/x.png">a</a></p>\n'
    )


def test_prose_makes_no_link_of_a_script():
    assert "href" not in prose("[a](javascript:alert(1))")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Welcome\n\nA quiet place,\nwith *time* for [you](/book/).\n\nMore.", "A quiet place, with time for you."),
        ("- a list\n- alone", ""),
        ("", ""),
        ("word " * 40, ("word " * 32).strip() + "…"),
        ('Say "hello" & go', "Say “hello” & go"),
    ],
)
def test_the_opening_of_a_text_is_its_first_paragraph_in_plain_words(text, said):
    assert opening(text) == said


def test_a_zone_is_named_by_its_city():
    assert [words.zone(n) for n in ("Europe/London", "America/Argentina/Buenos_Aires", "UTC")] == [
        "London time",
        "Buenos Aires time",
        "UTC",
    ]


def test_headings_of_a_text_take_the_level_of_their_place_on_the_page():
    assert prose("# A\n\n## B\n\n### C", 3) == "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>\n"


def test_what_costs_nothing_is_free():
    assert [words.price(Decimal(n), "GBP") for n in ("0.00", "12.50")] == ["free", "£12.50"]


def test_names_are_listed_as_in_a_sentence():
    assert [words.listed(names) for names in ([], ["Mara"], ["Mara", "Jonas"], ["Mara", "Jonas", "Ines"])] == [
        "",
        "Mara",
        "Mara and Jonas",
        "Mara, Jonas and Ines",
    ]


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-10-25T00:15:00+00:00", "01:15 BST"),
        ("2026-10-25T01:15:00+00:00", "01:15 GMT"),
        ("2026-10-25T02:15:00+00:00", "02:15"),
        ("2027-03-28T00:59:00+00:00", "00:59"),
        ("2027-03-28T01:00:00+00:00", "02:00"),
    ],
)
def test_time_that_the_clock_reads_twice_says_which(instant: str, said: str) -> None:
    assert words.time(dt.datetime.fromisoformat(instant), ZoneInfo("Europe/London")) == said
