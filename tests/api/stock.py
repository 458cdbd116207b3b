"""One of everything that the log may tell of."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from opportunities import actions
from opportunities.choices import DocumentType
from opportunities.models import Opportunity
from opportunities.publishing import Award
from tests.factories import OpportunityFactory

SECRET = "Zeppelin"  # stands in everything that was withdrawn, and in drafts


def stocked_log(moment: datetime) -> dict[str, Opportunity]:
    """Publish a purchase in each phase, with every kind of change, one withdrawn and one draft."""
    week = timedelta(days=7)
    made: dict[str, Any] = {
        "upcoming": publish("Courtroom Chairs", at=moment - 3 * week),
        "open": publish("Smartboards", at=moment - week, opens_at=moment - week),
        "closed": publish("Scanners", at=moment - 5 * week, opens_at=moment - 5 * week),
        "awarded": publish("Toner", at=moment - 6 * week, opens_at=moment - 6 * week),
        "cancelled": publish("Desks", at=moment - 2 * week),
        "draft": OpportunityFactory.create(title=f"{SECRET} draft", summary=SECRET),
        "withdrawn": publish(f"{SECRET} 7", at=moment - week, summary=f"{SECRET} parts"),
    }
    attach(made["open"], moment)
    chairs = made["upcoming"]
    chairs.value_max, chairs.brand_named = Decimal("250000.50"), "Aeron"
    actions.amend(chairs, by=None, moment=moment - week, note="The value is known now.")
    actions.extend(
        made["open"], made["open"].due_at + week, by=None, moment=moment, note="A holiday."
    )
    actions.award(
        made["awarded"],
        Award("Bright Toner, Inc.", Decimal(199000), (moment - week).date(), ""),
        by=None,
        moment=moment - week,
    )
    actions.cancel(made["cancelled"], reason="We have desks.", by=None, moment=moment)
    renewal = actions.renew(made["awarded"], by=None, moment=moment)
    made["renewal"] = actions.publish(renewal, by=None, moment=moment)
    bury(made["withdrawn"], moment)
    return {name: Opportunity.objects.get(pk=row.pk) for name, row in made.items()}


def publish(title: str, *, at: datetime, **facts: Any) -> Opportunity:
    return OpportunityFactory.create(title=title, published=True, at=at, **facts)


def bury(row: Opportunity, moment: datetime) -> None:
    row.contact_name = f"{SECRET} unit"
    actions.amend(row, by=None, moment=moment, note=f"{SECRET} is new.")
    actions.withdraw(row, reason=f"{SECRET} is nobody’s business", by=None, moment=moment)


def attach(row: Opportunity, moment: datetime) -> None:
    document = row.documents.create(
        name="Scope of work.pdf",
        type=DocumentType.PDF,
        size=9,
        sha256="0" * 64,
        added_at=moment,
        file=ContentFile(b"%PDF-1.7\n", name="scope.pdf"),
    )
    assert document.pk
    actions.note_changes(row, by=None, moment=moment)
