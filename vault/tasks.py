"""The worker's part: the ledger's head is sent out when an hour has passed."""

from celery import shared_task
from django.utils import timezone

from vault import anchors


@shared_task(name="vault.anchor")
def anchor() -> None:
    now = timezone.now()
    if anchors.due(now):
        anchors.send_out(now)
