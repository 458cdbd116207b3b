"""What Redis cannot be told keeps no worker from the next task."""

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from kombu import Connection
from redis.exceptions import TimeoutError as RedisTimeoutError

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.programs("redis")]


@pytest.fixture
def connection() -> Iterator[Connection]:
    with current_app.connection_for_read() as opened:
        yield opened


@pytest.mark.parametrize("settle", ["ack", "reject", "requeue"])
def test_worker_whose_redis_was_silent_as_its_tasks_ended_takes_more(connection, settle):
    qos = connection.default_channel.qos
    connection.default_channel.basic_qos(0, 2, False)  # noqa: FBT003 - kombu's own signature
    queue = connection.SimpleQueue(f"silence-{settle}")

    def is_silent(*_arguments: Any, **_named: Any) -> None:
        raise RedisTimeoutError

    for number in range(2):
        queue.put(number)
        message = queue.get(timeout=5)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(qos, "_remove_from_indices", is_silent)
            patch.setattr(qos, "restore_by_tag", is_silent)
            with pytest.raises(RedisTimeoutError):
                getattr(message, settle)()

    assert qos.can_consume()
    queue.put("next")
    assert queue.get(timeout=5).payload == "next"
    queue.close()
