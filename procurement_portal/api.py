"""Everything for programs under one roof: ``/api/v1/``, its description, and the page made from that."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic.base import RedirectView
from ninja import NinjaAPI
from ninja.errors import ValidationError

from core.api import Refusal, conditional, refuse, refuse_values
from core.http import public_page
from opportunities.api import changes, listing, ocds, rules
from opportunities.api.asking import version
from procurement_portal.openapi import described, of_reader
from vendors import api as requirements

api = NinjaAPI(urls_namespace="api", openapi_url=None, docs_url=None)
for part in (listing, changes, ocds, requirements, rules):
    api.add_router("", part.router)
api.add_exception_handler(Refusal, refuse)
api.add_exception_handler(ValidationError, refuse_values)


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI description; its words are translated when they are read."""
    return described(api)


@csrf_exempt  # nothing can be changed here: a program that tries is told so, and not of a token
@require_safe
@public_page
@conditional(version)
def openapi(request: HttpRequest) -> HttpResponse:
    body = json.dumps(
        description() | {"servers": [{"url": settings.SITE_URL}]}, cls=DjangoJSONEncoder
    )
    return HttpResponse(body, content_type="application/vnd.oai.openapi+json;version=3.1")


@require_safe
@public_page
@conditional(version)
def reference(request: HttpRequest) -> HttpResponse:
    """The description for people. No script reads it to them: it is a page like any other."""
    return render(request, "api/reference.html", of_reader(description()))


urlpatterns = [
    path("", RedirectView.as_view(pattern_name="open_data"), name="root"),
    path("openapi.json", openapi, name="openapi"),
    *[pattern for pattern in api.urls[0] if getattr(pattern, "name", "") != "api-root"],
]
