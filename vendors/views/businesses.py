"""A business's own pages: what it says of itself. Opening one changes nothing; a button does."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.text import one_line
from opportunities.choices import CodeScheme
from opportunities.models import CommodityCode, Opportunity
from vendors import actions, glance
from vendors.answers import Answers, opened
from vendors.checklist import checklist
from vendors.codes import codes_of_sellers, found_by_words
from vendors.disclosure import reaches_disclosure
from vendors.forms import BusinessForm, DisclosureForm
from vendors.models import Vendor
from vendors.requirements import requirement_with_key
from vendors.views.gate import of_a_member

SIGN_UP = "account_signup"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def businesses(request: HttpRequest) -> HttpResponse:
    """Lead to the one business there is; list several, and let choose one; offer to describe one where there is none."""
    mine = list(Vendor.objects.of(request.user).order_by("name", "pk"))
    if request.method == "POST":
        return _chosen(request, mine)
    if len(mine) == 1:
        return redirect(mine[0])
    context = {
        "businesses": mine,
        "foremost": Vendor.objects.foremost_of(request.user),
        "reference": request.GET.get("for", ""),
    }
    return render(request, "vendors/business/list.html", context)


def _chosen(request: HttpRequest, mine: list[Vendor]) -> HttpResponse:
    """Remember which one was chosen, and go back to the purchase that somebody came from, if any."""
    by: Any = request.user
    chosen = [each for each in mine if str(each.key) == request.POST.get("choose")]
    for vendor in chosen:
        actions.choose(vendor, by=by, moment=timezone.now())
        messages.success(request, _("Purchases now show how ready %s is.") % vendor)
    looked_at = Opportunity.objects.public().filter(reference=request.POST.get("for", ""))
    if chosen and (purchase := looked_at.first()):
        return redirect("readiness:readiness", purchase.reference)
    return redirect("business:list")


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Describe a business. Answers given before signing up are kept now, and not a moment earlier."""
    token = request.POST.get("answers") or request.GET.get("answers", "")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), SIGN_UP if token else None)
    answers = opened(token) if token else None
    form = BusinessForm(request.POST or None, initial={"kind": answers.kind if answers else ""})
    if request.method == "POST" and form.is_valid():
        return redirect(_opened(request, form, answers))
    context = {
        "form": form,
        "answers": answers,
        "token": token,
        "is_spoiled": token and not answers,
    }
    return render(request, "vendors/business/new.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _opened(request: HttpRequest, form: BusinessForm, answers: Answers | None) -> Vendor:
    by: Any = request.user
    moment = timezone.now()
    vendor = actions.open_business(form.facts(), by=by, moment=moment)
    return actions.keep_answers(vendor, answers, by=by, moment=moment) if answers else vendor


@require_safe
@of_a_member
def business(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    moment = timezone.now()
    today = timezone.localdate(moment)
    context = {
        "vendor": vendor,
        "groups": checklist(vendor, today=today),
        "today": today,
        "fitting": glance.fitting(vendor, moment=moment),
        "ending": [
            (each, requirement_with_key(each.requirement))
            for each in glance.ending_soon(vendor, moment=moment)
        ],
        "interests": glance.interests_of(vendor),
        "letters": glance.letters_about(vendor, request.user),
    }
    return render(request, "vendors/business/business.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def edit(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    form = BusinessForm(request.POST or None, instance=vendor)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.change_business(vendor, form.facts(), version=version)
        except actions.Changed as changed:
            return _changed_meanwhile(request, form, changed.current)
        messages.success(request, _("Saved."))
        return redirect(vendor)
    return _editing(request, form, vendor, status=422 if form.errors else 200)


def _changed_meanwhile(request: HttpRequest, form: BusinessForm, current: Vendor) -> HttpResponse:
    """Show both: what somebody else saved, and what was typed here, which may be saved on top of it."""
    typed = request.POST.copy()
    typed["version"] = str(current.version)
    again = BusinessForm(typed, instance=current)
    differing = [
        (field.label, getattr(current, field.name))
        for field in form
        if field.name in form.changed_data and field.name != "version"
    ]
    return _editing(request, again, current, status=409, theirs=differing)


def _editing(
    request: HttpRequest, form: BusinessForm, vendor: Vendor, *, status: int, theirs: Any = None
) -> HttpResponse:
    context = {"form": form, "vendor": vendor, "is_changed": status == 409, "theirs": theirs}
    return render(request, "vendors/business/edit.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def codes(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """Search codes by words; add and take away one at a time."""
    words = request.GET.get("q", "")[:200]
    if request.method == "POST":
        _change_codes(request, vendor)
        return HttpResponseRedirect(request.get_full_path())
    mine = vendor.codes.order_by("scheme", "code")
    context = {
        "vendor": vendor,
        "words": words,
        "mine": mine,
        "found": found_by_words(words).exclude(pk__in=mine) if words.strip() else None,
        "has_city_codes": CommodityCode.objects.filter(scheme=CodeScheme.NYC).exists(),
    }
    return render(request, "vendors/business/codes.html", context)


def _change_codes(request: HttpRequest, vendor: Vendor) -> None:
    """Do as the button says; a code that is not there changes nothing."""
    if gone := _code(request.POST.get("remove", "")):
        actions.remove_code(vendor, gone)
    if wanted := _code(request.POST.get("add", "")):
        try:
            actions.add_code(vendor, wanted)
        except actions.TooManyCodes as refusal:
            messages.error(request, str(refusal))


def _code(typed: str) -> CommodityCode | None:
    """Return the code that is written as ``scheme:number``."""
    scheme, _colon, code = one_line(typed).partition(":")
    return codes_of_sellers().filter(scheme=scheme, code=code[:20]).first()


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def disclosure(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """Ask for the total of City awards, and keep only whether it reaches the amount."""
    form = DisclosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = reaches_disclosure(form.cleaned_data["total"])
        actions.answer_disclosure(vendor, answer, moment=timezone.now())
        messages.success(request, _("Only the answer was kept."))
        return redirect(vendor)
    context = {"form": form, "vendor": vendor}
    status = 422 if form.errors else 200
    return render(request, "vendors/business/disclosure.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_member
def close(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """Delete the business with all that it said of itself, when an owner presses the button."""
    person: Any = request.user
    if request.method == "POST":
        try:
            actions.close_business(vendor, by=person, moment=timezone.now())
        except actions.OwnersOnly as refusal:
            messages.error(request, str(refusal))
            return redirect(vendor)
        messages.success(request, _("The business and all it said of itself are deleted here."))
        return redirect("business:list")
    return render(request, "vendors/business/close.html", {"vendor": vendor})
