"""One opportunity, and its documents."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities import words
from opportunities.models import OfficialLink, Opportunity, OpportunityDocument
from opportunities.revisions import told
from opportunities.versions import answers_conditionally


@require_safe
@public_page
@answers_conditionally(by_minute=True)
def opportunity_detail(request: HttpRequest, reference: str) -> HttpResponse:
    opportunity = get_object_or_404(
        Opportunity.objects.public().select_related("agency"), reference=reference
    )
    history = list(opportunity.revisions.order_by("number"))
    return render(
        request,
        "opportunities/detail.html",
        {
            "moment": timezone.now(),
            "opportunity": opportunity,
            "facts": words.all_facts(history[-1].snapshot),
            "history": [*reversed(told(history))],
            "links": OfficialLink.objects.by_key(),
        },
    )


@require_safe
def document(request: HttpRequest, reference: str, key: UUID, name: str) -> FileResponse:
    """Hand out a file of a public purchase, to be kept and never shown by the browser itself."""
    found = get_object_or_404(
        OpportunityDocument.objects.public(), opportunity__reference=reference, key=key, name=name
    )
    answer = FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
