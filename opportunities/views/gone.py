"""Addresses under which nothing is public: gone where something was, missing where nothing ever was."""

from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from opportunities.choices import Stage
from opportunities.models import Opportunity


class Withdrawn(Exception):
    """It was public once. Raised past the ETag, which belongs to the purchase; answered with :func:`gone`."""


def missing(reference: str) -> NoReturn:
    """Raise ``Withdrawn`` for what was public once, ``Http404`` for all else: a draft was never here."""
    if Opportunity.objects.filter(reference=reference, stage=Stage.WITHDRAWN).exists():
        raise Withdrawn
    raise Http404


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "410.html", status=410)
