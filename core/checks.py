"""Combinations of settings that would hurt somebody, found by ``manage.py check``."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register(Tags.security, deploy=True)
def embedded_mode_is_for_one_machine(**_kwargs: Any) -> Sequence[CheckMessage]:
    """The embedded mode shows everybody's letters on a page: it must stay on this machine."""
    if not settings.EMBEDDED:
        return []
    return [
        Error(
            "PORTAL_MODE is 'embedded'.",
            hint="Set PORTAL_MODE=production; docs/operating.md lists what it asks for.",
            id="portal.E001",
        )
    ]


@register(Tags.security)
def embedded_hosts_are_local(**_kwargs: Any) -> Sequence[CheckMessage]:
    """The embedded mode may answer to this machine's own names and to no others."""
    strangers = set(settings.ALLOWED_HOSTS) - {"127.0.0.1", "localhost", "[::1]", "testserver"}
    if not settings.EMBEDDED or not strangers:
        return []
    return [
        Error(
            f"The embedded mode would answer to {', '.join(sorted(strangers))}, and its inbox page shows all mail.",
            hint="Unset ALLOWED_HOSTS, or set PORTAL_MODE=production.",
            id="portal.E002",
        )
    ]


@register(Tags.security, deploy=True)
def proxies_are_counted(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Limits count addresses: behind a proxy that is not counted all visitors are one."""
    if settings.EMBEDDED or settings.TRUSTED_PROXY_COUNT > 0:
        return []
    return [
        CheckWarning(
            "TRUSTED_PROXY_COUNT is 0, so every visitor seems to come from the proxy's address.",
            hint="Set it to the number of proxies in front of the portal (1 in docker-compose.yml).",
            id="portal.W001",
        )
    ]
