"""A person's own pages. Signing in and its second factors are allauth's views in our templates."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/overview.html")


@require_safe
@login_required
def second_factor(request: HttpRequest) -> HttpResponse:
    """Tell staff why the desk does not open yet, and what opens it."""
    return render(request, "accounts/second_factor.html")
