"""The servers that the tests start are private, can be killed and restarted, and leave nothing."""

import os

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers import private_postgres, private_redis

# Each starts a server of its own, whatever the suite runs on, so one half runs them.
pytestmark = [pytest.mark.servers, pytest.mark.only_on("postgresql")]


@pytest.mark.programs("postgres")
def test_postgres_keeps_its_data_over_a_kill_and_is_gone_afterwards():
    with private_postgres() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        server.kill()
        server.start()
        with psycopg.connect(server.url) as connection:
            row = connection.execute("SELECT number FROM kept").fetchone()
        assert server.process
        pid = server.process.pid

    assert row == (7,)
    assert not server.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.programs("redis")
def test_redis_asks_for_its_password():
    with (
        private_redis() as server,
        redis.Redis.from_url(server.url) as known,
        redis.Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
    ):
        known.set("word", "kept")

        assert known.get("word") == b"kept"
        with pytest.raises(redis.AuthenticationError):
            stranger.get("word")
