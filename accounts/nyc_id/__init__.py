"""The door to NYC.ID by OpenID Connect: shut, and on no page, until three settings name who is asked.

``adapter`` decides who may come in, ``protocol`` speaks with the provider, ``views`` are the steps.
"""

from django.conf import settings

PROVIDER = "nyc-id"


def is_open() -> bool:
    """Tell whether all three settings are there; some of them alone open nothing (``accounts.checks``)."""
    return all((settings.NYC_ID_SERVER_URL, settings.NYC_ID_CLIENT_ID, settings.NYC_ID_CLIENT_SECRET))  # fmt: skip
