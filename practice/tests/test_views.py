import pytest
from django.test import Client as Browser

from practice.defaults import ensure_practice
from practice.models import PageText, Practice
from practice.pages import shipped_slugs, shipped_text

pytestmark = pytest.mark.django_db

TEXT_PAGES = ["boundaries", "privacy", "terms", "contact"]


@pytest.mark.parametrize("slug", TEXT_PAGES)
def test_a_text_nobody_has_edited_is_shown_as_it_ships(client: Browser, slug):
    page = client.get(f"/{slug}/").content.decode()
    assert f"<h1>{shipped_text(slug).title}</h1>" in page


def test_the_practices_own_text_replaces_the_shipped_one(client: Browser):
    PageText.objects.create(slug="boundaries", title="Our limits", body="Please *read*.\n\n<b>bold</b>")
    page = client.get("/boundaries/").content.decode()
    assert "<h1>Our limits</h1>" in page
    assert "<p>Please <em>read</em>.</p>\n<p>&lt;b&gt;bold&lt;/b&gt;</p>" in page


@pytest.mark.parametrize("slug", TEXT_PAGES)
def test_a_text_page_asks_for_the_practice_and_its_text_and_nothing_else(
    client: Browser, django_assert_num_queries, slug
):
    ensure_practice()
    with django_assert_num_queries(2):
        client.get(f"/{slug}/")


def test_terms_say_the_practices_own_notice_and_fees(client: Browser):
    Practice(late_fee_percent=30).save()
    page = client.get("/terms/").content.decode()
    assert "24 hours before the session" in page
    assert "30 % of the price is due" in page


def test_a_new_practice_has_every_shipped_text():
    ensure_practice(name="Still Water")
    assert Practice.objects.get().name == "Still Water"
    assert sorted(PageText.objects.values_list("slug", flat=True)) == shipped_slugs()


def test_setting_up_twice_keeps_what_the_practice_has_made_its_own():
    ensure_practice(name="Still Water")
    PageText.objects.filter(slug="terms").update(body="Ours.")
    ensure_practice(name="Another name")
    assert Practice.objects.get().name == "Still Water"
    assert PageText.objects.get(slug="terms").body == "Ours."


@pytest.mark.parametrize("slug", shipped_slugs())
def test_a_shipped_text_has_a_title_and_a_body(slug):
    text = shipped_text(slug)
    assert (text.title != "", text.title.startswith("#"), len(text.body) > 200) == (True, False, True)


def test_no_page_has_a_style_script_or_handler_in_its_markup(client: Browser):
    for path in ["/", "/sessions/", *[f"/{slug}/" for slug in TEXT_PAGES], "/accounts/login/", "/accounts/signup/"]:
        page = client.get(path).content.decode()
        assert [mark for mark in (" style=", "<style", " onclick=", " onload=", "javascript:") if mark in page] == [], (
            path
        )


def test_a_missing_page_says_so_in_our_words(client: Browser):
    answer = client.get("/nowhere/")
    assert (answer.status_code, "There is no such page" in answer.content.decode()) == (404, True)


def test_the_head_of_a_page_marks_where_one_is(client: Browser):
    assert '<a href="/sessions/" aria-current="page">Sessions</a>' in client.get("/sessions/").content.decode()
