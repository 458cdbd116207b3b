"""What purchases are measured by: dollar limits, and the words that facts are told in."""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import Router

from core.api import operation, told
from opportunities.api import examples, schemas
from opportunities.api.asking import version
from opportunities.api.facts import known
from opportunities.choices import (
    Confidence,
    DocumentType,
    Industry,
    LimitKind,
    Method,
    Phase,
    Precision,
    RevisionKind,
    Sort,
    ValueBand,
)
from opportunities.limits import limit_on
from opportunities.methods import facts
from opportunities.models import MethodLimit

router = Router(tags=["rules"])


@operation(
    router,
    "/limits",
    name="limits",
    summary=_("Read the dollar limits"),
    description=_("Each limit of a method with the day it took effect and where that is written."),
    answer=schemas.Limits,
    example=examples.LIMITS,
    etag=version,
)
def limits(request: HttpRequest) -> HttpResponse:
    rows = list(MethodLimit.objects.select_related("agency").oldest_first())
    in_force = set(_in_force(rows))
    return told(schemas.Limits(limits=[_limit(row, is_in_force=row in in_force) for row in rows]))


def _in_force(rows: list[MethodLimit]) -> Iterable[MethodLimit]:
    """Yield the row that holds today of each series of limits."""
    series: dict[tuple[object, ...], list[MethodLimit]] = {}
    for row in rows:
        series.setdefault((row.kind, row.method, row.agency_id, row.industry), []).append(row)
    for of_one in series.values():
        by_limit = {row.as_limit(): row for row in of_one}
        try:
            yield by_limit[limit_on(timezone.localdate(), by_limit)]
        except LookupError:
            continue


def _limit(row: MethodLimit, *, is_in_force: bool) -> schemas.Limit:
    return schemas.Limit(
        kind=LimitKind(row.kind),
        label=str(LimitKind(row.kind).label),
        method=Method(row.method),
        agency=str(row.agency) if row.agency else None,
        industry=Industry(row.industry) if row.industry else None,
        amount=str(row.amount),
        effective_on=row.effective_on.isoformat() if row.effective_on else None,
        effective_is_inferred=row.effective_is_inferred,
        is_in_force=is_in_force,
        source=row.source,
        source_url=known(row.source_url),
        note=known(row.note),
    )


@operation(
    router,
    "/vocabularies",
    name="vocabularies",
    summary=_("Read the words used"),
    description=_("Every value that a fact or a parameter may have, with its label."),
    answer=schemas.Vocabularies,
    example=examples.VOCABULARIES,
    etag=version,
)
def vocabularies(request: HttpRequest) -> HttpResponse:
    return told(
        schemas.Vocabularies(
            phases=_words(Phase),
            methods=[_method(method) for method in Method],
            industries=_words(Industry),
            values=_words(ValueBand),
            sorts=_words(Sort),
            change_kinds=_words(RevisionKind),
            precisions=_words(Precision),
            confidences=_words(Confidence),
            document_types=_words(DocumentType),
            limit_kinds=_words(LimitKind),
        )
    )


def _words(choices: type[TextChoices]) -> list[schemas.Word]:
    return [
        schemas.Word(value=value, label=str(label)) for value, label in choices.choices if value
    ]


def _method(method: Method) -> schemas.MethodWord:
    return schemas.MethodWord(
        value=method.value,
        label=str(method.label),
        needs_city_mwbe=facts(method).needs_city_mwbe,
        authority=known(facts(method).authority),
    )
