"""Redis as Celery speaks to it, but for one thing: a worker that could not say that a task is done takes the next.

Kombu counts a message as being worked on until Redis has been told otherwise. Where Redis was silent for a second at
that moment it stayed counted for ever; after as many as a worker has processes it took no message any more, and
said nothing (celery issue 2415, "Couldn't ack"). Redis still has the message: it comes back after the visibility
timeout, and every task is safe to repeat.
"""

from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002  (kombu calls it so)
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    QoS: Any = QoS


class Transport(redis.Transport):
    Channel: Any = Channel
