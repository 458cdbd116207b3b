"""Who counts as one visitor where tries are counted."""

import pytest
from django.core.cache import caches

from core.http import client_network
from core.ratelimit import allow
from tests.servers import free_port


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.10", "203.0.113.10"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_visitor_is_an_ipv4_address_or_an_ipv6_network(rf, address, network):
    assert client_network(rf.get("/", REMOTE_ADDR=address)) == network


@pytest.mark.parametrize(
    ("proxies", "network"),
    [(0, "10.0.0.1"), (1, "198.51.100.7"), (2, "2001:db8::/64"), (3, "10.0.0.1")],
)
def test_visitor_is_who_the_trusted_proxies_saw(rf, settings, proxies, network):
    settings.TRUSTED_PROXY_COUNT = proxies

    request = rf.get(
        "/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "2001:db8::9, 198.51.100.7"}
    )

    assert client_network(request) == network


def test_neighbours_of_one_ipv6_network_share_the_tries(client, db):
    answers = [
        client.post("/account/login/", {"login": "x@law.example"}, REMOTE_ADDR=f"2001:db8::{n}")
        for n in range(6)
    ]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


@pytest.fixture
def no_redis(settings):
    """Aim the cache at a Redis that does not answer."""
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}/1",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }
    caches["fallback"].clear()
    yield
    caches["fallback"].clear()


@pytest.mark.loopback
def test_tries_are_counted_while_redis_is_away(no_redis, noon):
    tries = [allow("ask", "ann", limit=3, seconds=60) for _try in range(5)]

    assert tries == [True] * 3 + [False] * 2
    assert allow("ask", "bob", limit=3, seconds=60)
    assert allow("sign-in", "ann", limit=3, seconds=60)


def test_window_that_ends_between_two_looks_is_a_first_try(monkeypatch):
    def gone(*_arguments):
        raise ValueError

    monkeypatch.setattr(type(caches["default"]), "incr", gone)

    assert allow("ask", "ann", limit=1, seconds=60)
