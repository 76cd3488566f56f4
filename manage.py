#!/usr/bin/env python
"""Runs Django's commands. Without a SECRET_KEY it takes the settings of the demo that `make run` wrote."""

import os
import sys

from practice.environment import load_demo_env


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")
    os.environ.setdefault("STATEMENT_TIMEOUT", "0")  # a migration of a large table may take its time
    load_demo_env()
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.MODE  # noqa: B018  (loads the settings, which say in one sentence what is wrong)
    except ImproperlyConfigured as wrong:
        sys.exit(f"The practice cannot start: {wrong}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
