"""Who may do what at the desk: every role on every page and button, read from the desk itself.

A page, a list or an action that comes to the desk fails here until somebody has said who may use it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from accounts.models import User
from alerts.models import Audit
from core.choices import DeedKind
from core.history import record
from core.models import Deed
from letters.channel import close
from letters.models import KindOnTrial, Report, Suppression
from letters.suppression import suppress
from opportunities.admin.steps import STEPS
from opportunities.attaching import attach
from opportunities.models import ImportRun, Opportunity
from tests.factories import (
    OpportunityFactory,
    PersonFactory,
    StaffFactory,
    VendorFactory,
    letter,
    subscribe,
)
from tests.posting.test_desk import change, send
from tests.qualities.addresses import stocked
from vendors.actions import show_interest
from vendors.models import CertifiedBusiness, Holding, Register, RegisterMatch

pytestmark = pytest.mark.django_db

ROLES = {"A": "Author", "P": "Publisher", "M": "Manager", "V": "Viewer", "S": "Vendor support"}
DESK = "NAPMVS"  # everybody who may enter; N has no role
# By initials: who sees the rows, adds one, changes one, deletes one.
MODELS = {
    "accounts.user": ("MV", "M", "M", ""),
    "alerts.audit": ("MV", "", "", ""),
    "alerts.subscriber": ("MV", "", "", ""),
    "auth.group": ("MV", "", "", ""),
    "core.deed": ("MV", "", "", ""),
    "letters.channel": ("MV", "", "M", ""),
    "letters.kindontrial": ("MV", "M", "M", "M"),
    "letters.letter": ("PMV", "", "", ""),
    "letters.report": ("MV", "", "", ""),
    "letters.suppression": ("MV", "", "", ""),
    "mfa.authenticator": ("", "", "", ""),
    "opportunities.agency": ("APMV", "M", "M", "M"),
    "opportunities.commoditycode": ("APMV", "M", "M", "M"),
    "opportunities.importrun": ("APMV", "APM", "APM", ""),
    "opportunities.methodlimit": ("APMV", "M", "M", ""),
    "opportunities.officiallink": ("APMV", "M", "M", ""),
    "opportunities.opportunity": ("APMV", "APM", "APM", "APM"),
    "opportunities.revision": ("APMV", "", "", ""),
    "opportunities.synonymgroup": ("APMV", "M", "M", "M"),
    "vendors.certifiedbusiness": ("APMVS", "", "", ""),
    "vendors.holding": ("MVS", "", "MS", ""),
    "vendors.registermatch": ("MVS", "", "MS", ""),
    "vendors.vendor": ("MVS", "", "", ""),
}
# Of the pages that are not made for every model: who may ask, and who may press the button.
PAGES = {
    "index": (DESK, DESK),
    "login": (DESK, DESK),
    "logout": ("", DESK),
    "password_change": (DESK, DESK),
    "password_change_done": (DESK, ""),
    "jsi18n": (DESK, ""),
    "view_on_site": (DESK, DESK),  # leads to what is public
    "autocomplete": ("", ""),
    "app_list": ("APMV", "APMV"),
    "auth_user_password_change": ("", ""),
    "letters_letter_gallery": (DESK, ""),
    "letters_letter_example": (DESK, ""),
    "letters_letter_example_html": (DESK, ""),
    "letters_letter_example_mail": (DESK, ""),
    "opportunities_importrun_progress": ("APMV", ""),
    "opportunities_opportunity_attach": ("APM", "APM"),
    "opportunities_opportunity_export": ("", "APMV"),
    "opportunities_opportunity_remove": ("APM", "APM"),
    "opportunities_opportunity_check": ("", "APM"),
    "opportunities_opportunity_check_new": ("", "APM"),
    "opportunities_opportunity_publish": ("PM", "PM"),
    "opportunities_opportunity_letter": ("PM", ""),
    "opportunities_opportunity_preview": ("APMV", ""),
    "opportunities_opportunity_undo": ("", "PM"),
    "alerts_see_it_work": ("MV", "MV"),
    "vendors_who_could": ("APMV", "APMV"),
}
BUTTONS = {
    **dict.fromkeys(STEPS, "PM"),
    "renew": "APM",
    "copy": "APM",
}
ACTIONS = {
    "letters.kindontrial": {"delete_selected": "M"},
    "letters.letter": {"mark_looked_at": "PM"},
    "opportunities.agency": {"delete_selected": "M"},
    "opportunities.commoditycode": {"delete_selected": "M"},
    "opportunities.synonymgroup": {"delete_selected": "M"},
}
SAID_ELSEWHERE = {"opportunities_opportunity_step"}  # one row for each button


class Cell(NamedTuple):
    path: str
    asks: str
    presses: str


def routes(patterns: Any, kinds: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the name of every page of the desk."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns)
        elif isinstance(entry, URLPattern) and entry.name:
            yield entry.name


def of_models() -> dict[str, tuple[str, str]]:
    """Return who may ask and who may press, for the five pages that each model has."""
    rows = {}
    for label, (sees, adds, changes, deletes) in MODELS.items():
        name = label.replace(".", "_")
        rows[f"{name}_changelist"] = (sees, sees)
        rows[f"{name}_history"] = (sees, sees)
        rows[f"{name}_add"] = (adds, adds)
        rows[f"{name}_change"] = (sees, changes)
        rows[f"{name}_delete"] = (deletes, deletes)
    return rows


def test_of_every_page_of_the_desk_it_is_said_who_may_use_it():
    assert set(routes(admin.site.urls[0])) == {*of_models(), *PAGES, *SAID_ELSEWHERE}
    assert set(STEPS) == set(BUTTONS)


@pytest.fixture
def rows(noon) -> dict[str, Any]:
    """Make one row of each model at the desk; return its key by the model's label."""
    stocked()
    subscribe("reader@example.com")
    letter()
    close("broken", moment=timezone.now())
    suppress("gone@example.com", reason=Suppression.Reason.REFUSED, moment=timezone.now())
    run = ImportRun.objects.create(kind="plan", name="a.csv", size=1, at=timezone.now())
    Register.objects.update_or_create(pk=1, defaults={"run": run})
    CertifiedBusiness.objects.create(run=run, name="Acme", name_key="acme")
    vendor = VendorFactory.create()
    Holding.objects.create(vendor=vendor, requirement="pip", changed_on=noon.date())
    KindOnTrial.objects.create(kind="alerts.news")
    Report.objects.create(source="a server", event_id="1", kind="bounce", at=noon)
    Audit.objects.create(
        at=noon, revision_count=0, expected_count=0, missing_count=0, surplus_count=0
    )
    RegisterMatch.objects.create(
        vendor=vendor, name_key="acme", listed_name="Acme", suggested_at=noon
    )
    record(DeedKind.DONE, by=None, moment=timezone.now())
    StaffFactory.create(email="colleague@law.example", is_superuser=False)
    found = {
        model._meta.label_lower: model._base_manager.order_by("-pk").values_list("pk", flat=True).first()
        for model in admin.site._registry
    }  # fmt: skip
    draft = OpportunityFactory.create()
    upload = ContentFile(b"%PDF-1.4\n%%EOF", name="terms.pdf")
    document = attach(draft, upload, by=None, moment=timezone.now())
    return found | {"opportunities.opportunity": draft.pk, "document": document.pk}


def cells(rows: dict[str, Any]) -> Iterator[Cell]:
    for label in MODELS:
        name = label.replace(".", "_")
        for page in ("changelist", "add", "change", "history", "delete"):
            of_row = [] if page in {"changelist", "add"} else [rows[label] or 0]
            path = reverse(f"admin:{name}_{page}", args=of_row)
            yield Cell(path, *of_models()[f"{name}_{page}"])
    yield from own_pages(rows)


def own_pages(rows: dict[str, Any]) -> Iterator[Cell]:
    draft, listed = rows["opportunities.opportunity"], Opportunity.objects.public().latest("pk").pk
    places: dict[str, list[Any]] = {
        "view_on_site": [ContentType.objects.get_for_model(Opportunity).pk, listed],
        "app_list": ["opportunities"],
        "auth_user_password_change": [rows["accounts.user"]],
        "letters_letter_example": ["alerts.confirm", "en"],
        "letters_letter_example_html": ["alerts.confirm", "en"],
        "letters_letter_example_mail": ["alerts.confirm", "en"],
        "opportunities_importrun_progress": [rows["opportunities.importrun"] or 0],
        "opportunities_opportunity_attach": [draft],
        "opportunities_opportunity_check": [draft],
        "opportunities_opportunity_publish": [draft],
        "opportunities_opportunity_letter": [draft],
        "opportunities_opportunity_preview": [draft],
        "opportunities_opportunity_undo": [listed],
        "vendors_who_could": [listed],
        "opportunities_opportunity_remove": [draft, rows["document"]],
    }
    for name, who in PAGES.items():
        if name not in {"login", "logout"}:
            yield Cell(reverse(f"admin:{name}", args=places.get(name, [])), *who)
    for button, may in BUTTONS.items():
        yield Cell(reverse("admin:opportunities_opportunity_step", args=[listed, button]), may, may)
    yield Cell(reverse("admin:opportunities_opportunity_change", args=[listed]), "APMV", "PM")
    yield Cell(reverse("admin:opportunities_opportunity_delete", args=[listed]), "", "")
    yield Cell(reverse("admin:opportunities_opportunity_attach", args=[listed]), "PM", "PM")


def signed_in(initial: str) -> Client:
    person = StaffFactory.create(is_superuser=False)
    person.groups.set(Group.objects.filter(name=ROLES.get(initial)))
    client = Client()
    client.force_login(person)
    return client


def status(client: Client, path: str, *, press: bool) -> int:
    """Return the answer; whatever was done is undone."""
    with transaction.atomic():
        code: int = (client.post(path, {"post": "yes"}) if press else client.get(path)).status_code
        transaction.set_rollback(True)
    return code


# Hundreds of pages, and what a role may do is the same on either database.
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("initial", list(DESK))
def test_each_role_does_what_is_said_of_it_and_is_refused_everything_else(initial, rows):
    client, wrong = signed_in(initial), []

    for cell in cells(rows):
        buttons = [] if cell.path.endswith("/history/") else [(True, cell.presses)]
        for press, may in [(False, cell.asks), *buttons]:
            code = status(client, cell.path, press=press)
            if (code in {403, 404, 405}) == (initial in may):
                wrong.append(f"{'POST' if press else 'GET'} {cell.path}: {code}")

    if wrong:
        pytest.fail("\n".join(wrong))


@pytest.mark.parametrize(("is_known", "door"), [(False, 200), (True, 403)])
def test_nobody_enters_without_being_staff(client, rows, is_known, door):
    """A stranger is led to sign-in; whoever has signed in and is no staff stands before a shut door."""
    if is_known:
        client.force_login(StaffFactory.create(is_staff=False, is_superuser=False))

    answers = {cell.path: client.get(cell.path) for cell in cells(rows)}

    inside = [path for path, answer in answers.items() if "/admin/login/" not in answer.get("Location", "")]  # fmt: skip
    assert inside == []
    assert client.get("/admin/login/", follow=True).status_code == door


@pytest.mark.parametrize("initial", list(DESK))
def test_each_role_is_offered_the_actions_that_are_said_and_refused_others(initial, rows, rf):
    client, offered = signed_in(initial), {}
    request = rf.get("/admin/")
    request.user = User.objects.latest("pk")

    for model, desk in admin.site._registry.items():
        names = set(desk.get_actions(request)) if desk.has_view_permission(request) else set()
        offered[model._meta.label_lower] = names
    said = {
        label: {name for name, may in actions.items() if initial in may}
        for label, actions in ACTIONS.items()
    }

    assert {label: names for label, names in offered.items() if names} == {
        label: names for label, names in said.items() if names
    }
    for label, actions in ACTIONS.items():
        for name, may in actions.items():
            address = reverse(f"admin:{label.replace('.', '_')}_changelist")
            form = {"action": name, "_selected_action": [rows[label]]}
            code = client.post(address, form).status_code
            assert (code in {403, 404}) == (initial not in may), (label, name, code)


@pytest.mark.parametrize("initial", PAGES["vendors_who_could"][0])
def test_whom_to_write_to_is_seen_by_who_may_see_businesses(initial, noon):
    vendor = VendorFactory.create(contact_email="desk@harbor.example", contact_phone="212 555 0199")
    listed = OpportunityFactory.create(published=True, at=noon)
    show_interest(vendor, listed, note="We can.", by=PersonFactory.create(), moment=noon)

    page = signed_in(initial).get(reverse("admin:vendors_who_could", args=[listed.pk]))

    words = page.content.decode()
    sees_businesses = initial in MODELS["vendors.vendor"][0]
    assert (str(vendor) in words, "We can." in words) == (True, True)
    assert ("desk@harbor.example" in words, "212 555 0199" in words) == (sees_businesses,) * 2


# --- Rising: what somebody tries who wants more than their role ---------------------------------------


@pytest.fixture
def author(noon) -> Client:
    return signed_in("A")


def refusals() -> int:
    return Deed.objects.filter(kind=DeedKind.REFUSED).count()


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("opportunities/opportunity/{listed}/change/", {"title": "Mine"}),
        ("opportunities/opportunity/{listed}/change/?_popup=1", {"title": "Mine", "_popup": "1"}),
        ("opportunities/opportunity/{listed}/step/withdraw/", {"reason": "Mine"}),
        ("opportunities/opportunity/", {"action": "delete_selected"}),
        ("opportunities/methodlimit/add/?_popup=1", {"amount": "9", "_popup": "1"}),
        ("accounts/user/{self}/change/", {"groups": ["1"], "is_superuser": "on"}),
        ("accounts/user/{self}/password/", {"password1": "x", "password2": "x"}),
        ("accounts/user/", {"action": "delete_selected"}),
        ("auth/group/1/change/", {"name": "Mine"}),
        ("core/deed/1/delete/", {"post": "yes"}),
    ],
)
def test_an_author_who_wants_to_rise_is_refused_and_it_is_written_down(author, address, form):
    before, me = refusals(), User.objects.latest("pk")
    record(DeedKind.DONE, by=None, moment=timezone.now())
    listed = OpportunityFactory.create(published=True)

    answer = author.post(f"/admin/{address.format(listed=listed.pk, self=me.pk)}", form)

    assert (answer.status_code, refusals()) == (403, before + 1)
    assert not Opportunity.objects.filter(title="Mine").exists()
    me.refresh_from_db()
    assert (me.is_superuser, [group.name for group in me.groups.all()]) == (False, ["Author"])


@pytest.mark.parametrize(
    "address",
    [
        "accounts/user/1/history/",
        "letters/letter/",
        "core/deed/",
        "autocomplete/?app_label=opportunities&model_name=opportunity&field_name=created_by",
        "autocomplete/?app_label=admin&model_name=logentry&field_name=user",
    ],
)
def test_an_author_reads_nothing_of_other_peoples_affairs(author, address):
    before = refusals()

    assert author.get(f"/admin/{address}").status_code in {403, 404}
    assert refusals() <= before + 1


def test_an_author_writes_no_field_that_is_not_theirs(author):
    draft = OpportunityFactory.create(title="Boards")
    wanted = {"stage": "published", "published_at_0": "2027-01-01", "created_by": "1", "reference": "mine"}  # fmt: skip

    send(author, change(draft), "_save", title="Displays", **wanted)

    draft.refresh_from_db()
    assert (draft.title, draft.stage, draft.published_at, draft.created_by) == (
        "Displays", "draft", None, None,
    )  # fmt: skip
    assert draft.reference.startswith("draft-")


@pytest.mark.parametrize("chosen", ["", "x", "\0", "9" * 30])
def test_an_action_on_what_is_no_row_is_no_error(client, noon, chosen):
    client.force_login(StaffFactory.create())
    form = {"action": "mark_looked_at", "_selected_action": chosen}

    assert client.post("/admin/letters/letter/", form).status_code == 302
