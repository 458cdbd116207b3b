"""Am I ready for this one? For a business from what it holds; for anybody else from answers that nobody keeps."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from opportunities.models import OfficialLink, Opportunity
from vendors.answers import Answers
from vendors.choices import Need
from vendors.facts import Business, Purchase
from vendors.forms import CheckForm
from vendors.models import Vendor
from vendors.readiness import Assessment, assess
from vendors.reading import business_of, purchase_of
from vendors.requirements import REQUIREMENTS

MOST_ROWS = 50


@csrf_exempt  # it changes nothing, and a token would take a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def readiness(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the card of the visitor's business, or the questions; answers live in the form and nowhere else."""
    opportunity = _public(reference)
    purchase = purchase_of(opportunity)
    vendor = _business_of(request)
    asked = [each for each in REQUIREMENTS if each.applies_to(purchase) != Need.NOT_NEEDED]
    form = CheckForm(request.POST if request.method == "POST" else None, requirements=asked)
    context: dict[str, Any] = {"opportunity": opportunity, "vendor": vendor, "form": form}
    if request.method == "POST" and form.is_valid():
        answers = form.answers()
        context |= _card(opportunity, purchase, answers.as_business())
        context |= {"answers": answers, "token": _worth_keeping(answers)}
    elif vendor:
        context |= _card(opportunity, purchase, business_of(vendor, on=timezone.localdate()))
    status = 422 if form.errors else 200
    return render(request, "vendors/readiness.html", context, status=status)


def _worth_keeping(answers: Answers) -> str:
    return answers.sealed() if answers.worth_keeping() else ""


@require_safe
def card(request: HttpRequest, reference: str) -> HttpResponse:
    """Answer with the card alone, for the page of a purchase; with nothing where no business is known."""
    opportunity = _public(reference)
    vendor = _business_of(request)
    if vendor is None:
        return HttpResponse(status=204)
    context = _card(
        opportunity, purchase_of(opportunity), business_of(vendor, on=timezone.localdate())
    )
    return render(request, "vendors/_card.html", context | {"vendor": vendor, "is_short": True})


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """Answer with one word for each purchase that the list shows, in one request."""
    vendor = _business_of(request)
    references = request.GET.getlist("ref")[:MOST_ROWS]
    if vendor is None or not references:
        return HttpResponse(status=204)
    today = timezone.localdate()
    business = business_of(vendor, on=today)
    listed = Opportunity.objects.public().filter(reference__in=references)
    found = [
        (each, assess(purchase_of(each), business, on=today).word)
        for each in listed.select_related("main_commodity")
    ]
    return render(request, "vendors/_rows.html", {"rows": found, "vendor": vendor})


def _public(reference: str) -> Opportunity:
    listed = Opportunity.objects.public().select_related("agency", "main_commodity")
    return get_object_or_404(listed, reference=reference)


def _business_of(request: HttpRequest) -> Vendor | None:
    return Vendor.objects.foremost_of(request.user)


def _card(opportunity: Opportunity, purchase: Purchase, business: Business) -> dict[str, Any]:
    found: Assessment = assess(purchase, business, on=timezone.localdate())
    return {
        "opportunity": opportunity,
        "assessment": found,
        "commodity": str(opportunity.main_commodity or ""),
        "expected": _known(purchase.last_on),
        "links": OfficialLink.objects.by_key(),
    }


def _known(day: date | None) -> date | None:
    return day if day and day >= timezone.localdate() else None
