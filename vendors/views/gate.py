"""Who may open the pages of a business: its members, and nobody learns that it is there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from vendors.models import Vendor

P = ParamSpec("P")


def of_a_member(
    view: Callable[Concatenate[HttpRequest, Vendor, P], HttpResponse],
) -> Callable[..., Any]:
    """Hand the business to the view. A stranger's is a 404, as one that is not there."""

    @login_required
    @wraps(view)
    def gated(request: HttpRequest, key: UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        vendor = get_object_or_404(Vendor.objects.of(request.user), key=key)
        return view(request, vendor, *args, **kwargs)

    return gated
