"""What must not be true when production starts serving: a demo account, whose password everyone knows."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

DEMO_DOMAIN = "@demo.example"


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
