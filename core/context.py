"""What every page's frame needs. Holds nothing about the visitor, so that pages can be cached."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info


def site(request: HttpRequest) -> dict[str, Any]:
    """Return ``site``: name, whether this is the demonstration, and the languages offered."""
    return {
        "site": {
            "name": settings.SITE_NAME,
            "origin": settings.SITE_URL,
            "embedded": settings.EMBEDDED,
            "languages": [_language(code, request.path) for code, _name in settings.LANGUAGES],
        }
    }


def _language(code: str, path: str) -> dict[str, Any]:
    info = get_language_info(code)
    return {
        "code": code,
        "name_local": info["name_local"],
        "bidi": info["bidi"],
        "url": translate_url(path, code),
        "current": code == get_language(),
    }
