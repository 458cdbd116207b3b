"""Everything that the description allows is answered as it says, and what it forbids is refused."""

import json

import hypothesis
import pytest
import schemathesis
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck
from schemathesis.specs.openapi.checks import positive_data_acceptance

from procurement_portal.api import description
from tests.api.stock import stocked_log

EXAMPLES = 15  # of each operation, beside those made to reach every edge of its parameters

pytestmark = pytest.mark.django_db
api = schemathesis.openapi.from_dict(json.loads(json.dumps(description(), cls=DjangoJSONEncoder)))
portal = get_wsgi_application()


def in_full(environ, start_response):
    """Serve as a server does, which closes what it has sent; schemathesis leaves files open."""
    body = portal(environ, start_response)
    try:
        return [b"".join(body)]
    finally:
        body.close()


api.app = in_full


@pytest.fixture
def _stocked(noon, settings):
    """Keep the test's connection, and with it its transaction, over requests: Django's own client does so, too."""
    settings.SITE_URL = "http://localhost"
    stocked_log(noon)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_stocked")
@api.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True
)
def test_every_operation_keeps_to_its_description(case):
    # No description can say which cursors are ours: one that looks right is refused all the same.
    is_guess = "cursor" in (case.query or {})
    case.call_and_validate(excluded_checks=[positive_data_acceptance] if is_guess else [])
