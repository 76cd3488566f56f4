"""A client seen as the record that is kept of them: nothing of its own, another door to the same rows."""

from clients.models import Client


class Record(Client):
    class Meta:
        proxy = True
        ordering = ["name", "pk"]
        verbose_name = "care record"
