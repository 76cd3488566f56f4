import signal
from typing import Any

import pytest
from kombu import Connection, Message, Queue
from kombu.transport import redis

from practice.broker import Places
from practice.servers import valkey_server

GIVE_UP = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}


def settle(message: Message, how: str) -> None:
    message.ack() if how == "ack" else message.reject() if how == "reject" else message.requeue()


def takes_another_after_silence(how: str) -> bool:
    """Whether a worker with one place takes tasks again, once the broker has been silent when it had done one."""
    with valkey_server() as server, Connection(server.url, transport_options=GIVE_UP) as connection:
        channel: Any = connection.channel()
        queue = Queue("tasks", routing_key="tasks")(channel)
        queue.declare()
        with connection.Producer(channel) as producer:
            producer.publish({}, routing_key="tasks")
        message = queue.get()
        channel.qos.prefetch_count = 1
        assert not channel.qos.can_consume()
        server.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(connection.connection_errors):
                settle(message, how)
        finally:
            server.process.send_signal(signal.SIGCONT)
        return bool(channel.qos.can_consume())


@pytest.mark.parametrize("how", ["ack", "reject", "requeue"])
def test_worker_takes_tasks_again_after_the_broker_was_silent(how: str) -> None:
    assert redis.Channel.QoS is Places
    assert takes_another_after_silence(how)


def test_worker_would_stand_still_with_what_kombu_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above would not notice if it could not fail."""
    monkeypatch.setattr(redis.Channel, "QoS", redis.QoS)

    assert not takes_another_after_silence("ack")
