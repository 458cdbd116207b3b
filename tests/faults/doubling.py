"""A broker that delivers each message twice, the second copy out of turn."""

from typing import Any

from kombu.transport.redis import Channel


def double_every_message() -> None:
    once = Channel._put

    def twice(self: Any, queue: str, message: Any, **options: Any) -> None:
        once(self, queue, message, **options)
        with self.conn_or_acquire() as client:
            # Taken from the right end, it overtakes all that wait.
            client.lmove(queue, queue, "LEFT", "RIGHT")
        once(self, queue, message, **options)

    Channel._put = twice  # type: ignore[method-assign]
