"""The line at the head of the practice's pages that says when messages do not leave."""

from django import template
from django.utils import timezone

from outbox import health

register = template.Library()


@register.inclusion_tag("outbox/_health.html")
def outbox_health() -> dict[str, object]:
    return {"health": health.look(timezone.now())}
