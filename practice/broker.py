"""The broker's side of late acknowledgement: a task whose acknowledgement is lost keeps no place in its worker. It may come a
second time, as any task may; knows nothing of tasks."""

from __future__ import annotations

from kombu.transport import redis


class Places(redis.QoS):
    """kombu's own keeps the place of what it could not acknowledge, so that a worker that met a silent broker at the wrong moment
    takes no task ever again."""

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        except Exception:
            self._quick_ack(delivery_tag)
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue)
        except Exception:
            self._quick_ack(delivery_tag)
            raise


def install() -> None:
    redis.Channel.QoS = Places
