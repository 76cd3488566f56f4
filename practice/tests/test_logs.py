import json
import logging
import sys

from practice.logs import JsonFormatter, MaskedFormatter, masked


def a_record(message: str, **more: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "django.request", "levelname": "WARNING", "msg": message, "created": 0.0} | more
    )


def test_feed_secret_is_masked_and_the_rest_is_left():
    assert masked("GET /feeds/s3cret.ics HTTP/1.1") == "GET /feeds/… HTTP/1.1"
    assert masked("GET /feeds/s3cret.ics?a=1") == "GET /feeds/…?a=1"
    assert masked("GET /my/") == "GET /my/"


def test_link_of_a_message_is_masked_and_what_it_is_for_is_left():
    assert masked("GET /link/cancel/11-2-6a.sIg_n-ed/ HTTP/1.1") == "GET /link/cancel/…/ HTTP/1.1"
    assert masked("GET /link/move/11-2-6a.sIg/confirm/?start=x") == "GET /link/move/…/confirm/?start=x"


def test_key_of_a_password_reset_is_masked():
    assert (
        masked("GET /accounts/password/reset/key/4-digje0-269/ HTTP/1.1")
        == "GET /accounts/password/reset/key/…/ HTTP/1.1"
    )


def test_production_line_is_json_in_utc():
    line = JsonFormatter().format(a_record("Not Found: /feeds/s3cret.ics"))
    assert json.loads(line) == {
        "at": "1970-01-01T00:00:00.000+00:00",
        "level": "WARNING",
        "logger": "django.request",
        "message": "Not Found: /feeds/…",
    }


def test_exception_is_masked_too():
    try:
        raise ValueError("/feeds/s3cret.ics")
    except ValueError:
        record = a_record("oops", exc_info=sys.exc_info())
    assert "s3cret" not in JsonFormatter().format(record) + MaskedFormatter("{message}", style="{").format(record)
