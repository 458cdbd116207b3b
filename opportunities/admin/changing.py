"""A change of what is public, looked at before it is: old and new in sentences, who is told, the page, the letter."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from core.desk import Desk
from opportunities import actions
from opportunities.admin.findings import form_of, linked
from opportunities.admin.looking import counted, letter_alone, outlook, public_page, whole
from opportunities.models import Opportunity, Revision
from opportunities.revisions import is_material

# What staff decide about a change; without an answer the rule decides.
TELL = {"yes": True, "no": False}
# Not what was typed, but what to do with it.
BUTTONS = {"csrfmiddlewaretoken", "tell", "_review", "_save", "_edit", "_continue", "_addanother"}
REVIEW, EDIT = "_review", "_edit"  # what to look at: the page of our own, or one part of it alone


def last_revision(object_id: str | None) -> int:
    """Return the number of the last public change; 0 without any."""
    try:
        key = int(object_id or "")
        numbers = Revision.objects.filter(opportunity=key).order_by("-number")
        return numbers.values_list("number", flat=True).first() or 0
    except (ValueError, OverflowError):
        return 0


def review(desk: Desk, request: HttpRequest, object_id: str, before: int) -> HttpResponseBase:
    """Show what comes of a change that was saved just now, in a rehearsal; ``before`` is the last revision before it.

    :func:`with_reach` says who is told when the rehearsal is over: counting takes as long as there are many people.
    """
    moment = timezone.now()
    opportunity = whole(object_id)
    looked = outlook(opportunity, moment=moment)
    is_public = looked.revision.number > before
    if is_public and request.POST["_review"] == "page":
        return public_page(request, looked.page)
    if is_public and request.POST["_review"] == "letter":
        return letter_alone(request, looked.letter)
    form = form_of(opportunity)
    context = {
        "title": _("Review the change"),
        "original": Opportunity(pk=opportunity.pk, title=_stored_title(looked.revision, before)),
        "back": form,
        "media": desk.media,
        "outlook": looked if is_public else None,
        "proposed": is_material(looked.revision.changes),
        "decided": looked.revision.is_material,
        "warnings": linked(actions.warnings_of(opportunity, moment=moment), form=form),
        "typed": typed(request),
    }
    return desk.page(request, "admin/opportunities/opportunity/review.html", context)


def with_reach(answer: HttpResponseBase) -> HttpResponseBase:
    """Count who is told by what the answer shows, if it shows a change."""
    shown = getattr(answer, "context_data", None) or {}
    if looked := shown.get("outlook"):
        shown["outlook"] = counted(looked)
    return answer


def _stored_title(revision: Revision, before: int) -> str:
    """Return the title that is public now; the page's own frame names the purchase by it."""
    earlier = Revision.objects.filter(opportunity=revision.opportunity_id, number=before).first()
    return str(earlier.snapshot["title"]) if earlier else ""


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Return all that the form sent, to be sent once more."""
    every = request.POST.lists()
    return [(name, value) for name, values in every if name not in BUTTONS for value in values]
