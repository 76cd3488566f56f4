"""What is asked before the site or a worker starts serving: no demo account in production, and what the apps add."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

DEMO_DOMAIN = "@demo.example"

_questions: list[Callable[[], None]] = []


def ask_before_serving(question: Callable[[], None]) -> None:
    """An app above adds a question, in its AppConfig.ready; it raises ImproperlyConfigured to stop the start."""
    if question not in _questions:
        _questions.append(question)


def refuse_unsafe_start() -> None:
    for question in [refuse_demo_accounts, *_questions]:
        question()


def demo_accounts() -> list[str]:
    users = get_user_model()._default_manager.filter(email__iendswith=DEMO_DOMAIN)
    return sorted(users.values_list("email", flat=True))


def refuse_demo_accounts() -> None:
    """Stop a production start on a database that still has a demo account."""
    if settings.MODE != "production":
        return
    if found := demo_accounts():
        raise ImproperlyConfigured(
            f"The database has a demo account ({found[0]}), whose password everyone knows. "
            "Start with a fresh database, or delete every account that ends in @demo.example."
        )
