"""The dullest valid row of each model; a test says what matters."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from factory.declarations import LazyFunction, Sequence
from factory.django import DjangoModelFactory

from accounts.models import User
from alerts import actions as alert_actions
from alerts.models import Subscriber, Subscription
from letters.choices import Priority
from letters.models import Letter
from opportunities import actions
from opportunities.choices import CodeScheme, Industry
from opportunities.models import Agency, CommodityCode, Opportunity
from opportunities.search import Search
from vendors import actions as vendor_actions
from vendors.choices import HoldingState
from vendors.models import Holding, Vendor


class StaffFactory(DjangoModelFactory[User]):
    """Somebody who may do everything at the desk."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"officer{n}@law.example")
    is_staff = True
    is_superuser = True


class PersonFactory(DjangoModelFactory[User]):
    """Somebody with an account and nothing to do at the desk."""

    class Meta:
        model = User

    email = Sequence(lambda n: f"person{n}@firm.example")


class OpportunityFactory(DjangoModelFactory[Opportunity]):
    """A draft of an upcoming M/WBE small purchase; ``published=True`` publishes it now, or at ``at``."""

    class Meta:
        model = Opportunity
        skip_postgeneration_save = True

    title = Sequence(lambda n: f"Purchase {n}")
    agency = LazyFunction(lambda: Agency.objects.get(budget_code="025"))
    industry = Industry.GOODS

    @classmethod
    def _create(cls, model_class: type[Opportunity], *args: Any, **kwargs: Any) -> Opportunity:
        published, at = kwargs.pop("published", False), kwargs.pop("at", None)
        if not published:
            return super()._create(model_class, *args, **kwargs)
        opens_at, facts = kwargs.get("opens_at"), kwargs
        if opens_at:
            given = {name: fact for name, fact in kwargs.items() if fact is not None}
            facts = _facts_to_open(opens_at) | given
        draft: Opportunity = super()._create(model_class, *args, **facts)
        listed = actions.publish(draft, by=None, moment=at or timezone.now())
        if "due_at" in kwargs and kwargs["due_at"] is None:
            # Such a row cannot be published, but phases must bear one.
            Opportunity.objects.filter(pk=listed.pk).update(due_at=None)
            listed.due_at = None
        return listed


def _facts_to_open(opens_at: datetime) -> dict[str, Any]:
    """What a purchase with a day of opening must say, in the dullest words."""
    commodity, _new = CommodityCode.objects.get_or_create(
        scheme=CodeScheme.NYC, code="1", defaults={"title": "Things", "source": "the tests"}
    )
    return {
        "due_at": opens_at + timedelta(days=14),
        "summary": "Some things are wanted.",
        "contact_name": "Purchasing unit",
        "contact_email": "purchasing@law.example",
        "main_commodity": commodity,
        "solicitation_epin": f"02527Y{Opportunity.objects.count():04}",
    }


class VendorFactory(DjangoModelFactory[Vendor]):
    """A business that has said nothing but its name; ``owner`` owns it, or somebody new does."""

    class Meta:
        model = Vendor

    name = Sequence(lambda n: f"Business {n}")

    @classmethod
    def _create(cls, model_class: type[Vendor], *args: Any, **kwargs: Any) -> Vendor:  # noqa: ARG003  (factory_boy's signature)
        owner, at = kwargs.pop("owner", None), kwargs.pop("at", None)
        return vendor_actions.open_business(
            kwargs, by=owner or PersonFactory.create(), moment=at or timezone.now()
        )


def holding(
    vendor: Vendor, requirement: str, *, at: datetime | None = None, **given: Any
) -> Holding:
    """Let a member say that the business holds this, or let staff verify it: ``state="verified"``."""
    moment = at or timezone.now()
    by = vendor.memberships.order_by("pk")[0].user
    is_verified = given.get("state") == HoldingState.VERIFIED
    said = vendor_actions.Given(
        **(given | ({"state": HoldingState.DECLARED} if is_verified else {}))
    )
    kept = vendor_actions.record(vendor, requirement, said, by=by, moment=moment)
    if is_verified:
        kept = vendor_actions.verify(
            vendor, requirement, how="document", by=StaffFactory.create(), moment=moment
        )
    return kept


def subscribe(
    email: str,
    search: Search | None = None,
    *,
    confirmed: bool = True,
    moment: datetime | None = None,
) -> Subscription:
    """Let ``email`` ask for ``search`` (everything by default) and, unless told otherwise, confirm."""
    moment = moment or timezone.now()
    alert_actions.ask(email, search or Search(), language="en", moment=moment)
    subscriber = Subscriber.objects.get(email_key=email.casefold())
    subscription = subscriber.subscriptions.latest("pk")
    if confirmed:
        alert_actions.confirm(subscriber, [subscription.pk], moment=moment)
        Subscriber.objects.filter(pk=subscriber.pk).update(link_asked_at=None)
    return Subscription.objects.get(pk=subscription.pk)


def letter(
    to: str = "reader@example.com", *, moment: datetime | None = None, **facts: Any
) -> Letter:
    """Write a short letter that is due."""
    from letters.actions import Draft, post
    from letters.rendering import Words

    number = Letter.objects.count()
    plain: dict[str, Any] = {
        "kind": "test",
        "owner": f"test:{to}",
        "slot": f"letter-{number}",
        "priority": Priority.NEWS,
    }
    words = Words(f"Letter {number}", "Some words.\n", "<p>Some words.</p>")
    return post(Draft(words, to=to, **(plain | facts)), moment=moment or timezone.now())
