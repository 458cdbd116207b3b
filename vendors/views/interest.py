"""“We can do this”: one tap, with a note if somebody likes. It says on its face that it is no bid."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from opportunities.models import Opportunity
from vendors import actions
from vendors.forms import InterestForm
from vendors.models import Vendor


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def interest(request: HttpRequest, reference: str) -> HttpResponse:
    opportunity = get_object_or_404(Opportunity.objects.public(), reference=reference)
    vendor = Vendor.objects.foremost_of(request.user)
    if vendor is None:
        return redirect("business:new")
    standing = vendor.interests.standing().filter(opportunity=opportunity).first()
    begun = {"note": standing.note} if standing else {}
    form = InterestForm(request.POST if request.method == "POST" else None, initial=begun)
    if request.method == "POST" and form.is_valid():
        _do(request, vendor, opportunity, form.cleaned_data["note"])
        return redirect("business:interest", reference)
    context = {
        "vendor": vendor,
        "opportunity": opportunity,
        "standing": standing,
        "form": form,
        "is_of_use": opportunity.phase_at(timezone.now()) in actions.OF_USE,
    }
    return render(request, "vendors/interest.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, vendor: Vendor, opportunity: Opportunity, note: str) -> None:
    by: Any = request.user
    moment = timezone.now()
    if "withdraw" in request.POST:
        if actions.withdraw_interest(vendor, opportunity, moment=moment):
            messages.success(request, _("Withdrawn. Staff see it no more."))
        return
    try:
        actions.show_interest(vendor, opportunity, note=note, by=by, moment=moment)
    except actions.TooLate as refusal:
        messages.error(request, str(refusal))
        return
    messages.success(request, _("The Department’s staff see it now. It is no bid."))
