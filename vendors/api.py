"""What the City asks of a vendor, for programs."""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router

from core.api import Told, operation, said, told
from core.links import absolute
from opportunities.api.asking import version
from opportunities.api.schemas import Address
from opportunities.choices import Industry, Method
from opportunities.methods import facts
from opportunities.models import OfficialLink
from vendors.choices import Need
from vendors.facts import Purchase
from vendors.requirements import REQUIREMENTS, Requirement, Text

router = Router(tags=["requirements"])


class OfficialPage(Told):
    title: str = said(description=_("What the page is called."))
    owner: str = said(description=_("Whose page it is."))
    url: Address | None = said(description=_("Its address, where it is known."))


class RequirementTold(Told):
    key: str = said(description=_("Names the requirement here, for good."))
    title: str = said(description=_("What it is called."))
    purpose: str = said(description=_("What it is for."))
    needed_by: str = said(description=_("Who needs it."))
    where: str = said(description=_("Where it is done."))
    steps: list[str] = said(description=_("What to do, in order."))
    evidence: str = said(description=_("How to know that one has it."))
    lasts: str = said(description=_("How long it lasts."))
    takes: str = said(description=_("How long it takes."))
    verified_by: str = said(description=_("Who can confirm it."))
    helped_by: str = said(description=_("Who can help."))
    notes: list[str] = said(description=_("What is good to know."))
    our_advice: list[str] = said(description=_("What we advise and the City does not say."))
    sources: list[str] = said(description=_("Where all this is written."))
    official_pages: list[OfficialPage] = said(description=_("The City’s pages for it."))
    help_pages: list[OfficialPage] = said(description=_("The City’s pages that help with it."))
    needs: dict[str, dict[str, str]] = said(
        description=_(
            "Whether a purchase asks for it: by its method, then by its industry. Kinds that cannot be are left out."
        )
    )
    page: Address = said(description=_("Its page for people."))


class Requirements(Told):
    requirements: list[RequirementTold] = said(
        description=_("Every requirement, in the order in which to do them.")
    )
    needs: dict[str, str] = said(description=_("What the words under needs mean."))


EXAMPLE = Requirements(
    requirements=[
        RequirementTold(
            key="pip-account",
            title="PIP account",
            purpose="To be paid.",
            needed_by="Every business that sells to the City.",
            where="In PIP, on the web.",
            steps=["Search PIP for your business. It may be there already."],
            evidence="A vendor code, which the City calls the FMS vendor code.",
            lasts="Not stated by the City.",
            takes="Not stated by the City.",
            verified_by="You can, by signing in to PIP.",
            helped_by="The PIP website has its own help.",
            notes=[],
            our_advice=[],
            sources=["Law Department, Procurement Information page"],
            official_pages=[],
            help_pages=[],
            needs={"sealed-bid": {"goods": "needed"}},
            page="https://purchases.example.gov/getting-ready/pip-account/",
        )
    ],
    needs={"needed": "needed"},
).model_dump(mode="json")


@operation(
    router,
    "/requirements",
    name="requirements",
    summary=_("Read what the City asks of vendors"),
    description=_("Every step of the guide for vendors, and which purchases ask for it."),
    answer=Requirements,
    example=EXAMPLE,
    etag=version,
)
def requirements(request: HttpRequest) -> HttpResponse:
    links = OfficialLink.objects.by_key()
    return told(
        Requirements(
            requirements=[_requirement(each, links) for each in REQUIREMENTS],
            needs={need.value: str(need.label) for need in Need},
        )
    )


def _requirement(requirement: Requirement, links: dict[str, OfficialLink]) -> RequirementTold:
    names = (
        "title",
        "purpose",
        "needed_by",
        "where",
        "evidence",
        "lasts",
        "takes",
        "verified_by",
        "helped_by",
    )
    return RequirementTold(
        key=requirement.key,
        **{name: str(getattr(requirement, name)) for name in names},
        steps=_said(requirement.steps),
        notes=_said(requirement.notes),
        our_advice=_said(requirement.our_reading),
        sources=_said(requirement.sources),
        official_pages=_pages(links, requirement.links),
        help_pages=_pages(links, requirement.help_links),
        needs=_needs(requirement),
        page=absolute(requirement.get_absolute_url()),
    )


def _said(texts: Iterable[Text]) -> list[str]:
    return [str(text) for text in texts]


def _pages(links: dict[str, OfficialLink], keys: Iterable[str]) -> list[OfficialPage]:
    rows = [links[key] for key in keys if key in links]
    return [OfficialPage(title=row.title, owner=row.owner, url=row.url or None) for row in rows]


def _needs(requirement: Requirement) -> dict[str, dict[str, str]]:
    return {
        method.value: {
            industry.value: requirement.applies_to(Purchase(facts(method), industry)).value
            for industry in Industry
            if industry != Industry.HUMAN_SERVICES or facts(method).allows_human_services
        }
        for method in Method
    }
