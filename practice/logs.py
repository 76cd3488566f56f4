"""How log lines look, and what never stands in them: the secrets in the addresses of calendar feeds, of links in
messages and of password resets."""

import datetime as dt
import json
import logging
import re
from typing import Any

from gunicorn.glogging import Logger

SECRET_PATH = re.compile(r"(/feeds/|/link/[a-z]+/|/password/reset/key/)[^/\s\"'?]+")


def masked(text: str) -> str:
    return SECRET_PATH.sub(r"\1…", text)


class MaskedFormatter(logging.Formatter):
    """Plain lines, for the demo and for development."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, in UTC, for production."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class MaskingLogger(Logger):
    """gunicorn's logger, whose access lines carry addresses of their own."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        found = super().atoms(resp, req, environ, request_time)
        return {name: masked(value) if isinstance(value, str) else value for name, value in found.items()}
