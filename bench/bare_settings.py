"""The site's own settings and middleware in front of a bare view, so that what is compared is what the view does."""

from practice.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare"
