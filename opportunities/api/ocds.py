"""The log in the words of the Open Contracting Data Standard: packages, records, and all of it at once."""

import json
import re
from base64 import b64encode
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, NamedTuple

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict

from core.api import Problem, Refusal, in_path, operation, said, told_as_is
from opportunities import ocds_bulk
from opportunities.api import examples
from opportunities.api.asking import REFERENCE, LogPaging, log_page, sequence_of, version
from opportunities.api.facts import address
from opportunities.api.schemas import Address, Moment
from opportunities.choices import RevisionKind
from opportunities.models import Revision
from opportunities.ocds import Publisher, record, record_package, release_package, releases
from opportunities.ocds.packages import SCHEMA
from opportunities.ocds.values import Json

router = Router(tags=["ocds"])
EXTENSION = SCHEMA.parents[1] / "extension"
NO_SUCH = "There is no such process or release."
NUMBER = re.compile(r"-[0-9]{5}$")  # of a release, at the end of its id
NAME = in_path(
    max_length=140,
    pattern=r"^[-a-zA-Z0-9_]+$",
    description=_("The id of a release, an ocid or a reference."),
    examples=["courtroom-display-boards"],
)
LATER = "The file is being written anew. Come back in half a minute."


class Package(BaseModel):
    """What the standard asks of every package; its own schema says the rest."""

    model_config = ConfigDict(extra="allow")

    uri: Address = said(description=_("Where this package stands."))
    version: str = said(description=_("The version of the standard: 1.1."))
    publishedDate: Moment = said(  # noqa: N815 - the standard's own name
        description=_("When the last of what it holds changed.")
    )
    publisher: dict[str, str] = said(description=_("Who publishes it."))


class ReleasePackage(Package):
    releases: list[dict[str, Any]] = said(description=_("Releases, each one change."))


class ReleasePage(ReleasePackage):
    links: dict[str, Address] = said(
        description=_("The next page, if there is one; later leads to what comes after the last.")
    )


class RecordPackage(Package):
    records: list[dict[str, Any]] = said(
        description=_("The record: each release, and the last state of each fact.")
    )


class Extension(BaseModel):
    """A description in the form that the standard gives to extensions."""

    model_config = ConfigDict(extra="allow")


def publisher() -> Publisher:
    return Publisher.from_settings(extension_url=address("api:ocdsExtension", "extension"))


@operation(
    router,
    "/ocds/releases",
    name="ocdsReleases",
    summary=_("Read every OCDS release"),
    description=_(
        "Release packages in the order in which the changes were made, one release for each change. "
        "After the last one there is no package: the address under later answers 404 until there is news."
    ),
    answer=ReleasePage,
    example=examples.RELEASE_PAGE,
    refusals={400: Problem, 404: Problem},
    etag=version,
)
def release_page(request: HttpRequest, asked: Query[LogPaging]) -> HttpResponse:
    read = sequence_of(asked.cursor)
    log = Revision.objects.filter(sequence__gt=read).order_by("sequence")
    places = list(log.values_list("sequence", "opportunity_id")[: asked.limit + 1])
    shown = places[: asked.limit]
    if not shown:
        raise Refusal(404, "Nothing has been published after this place yet.")
    told = _releases(opportunity_id__in={opportunity for _sequence, opportunity in shown})
    reached = shown[-1][0]
    package = _package(
        [told[sequence] for sequence, _opportunity in shown],
        uri=log_page("api:ocdsReleases", asked.limit, read),
    )
    name = "next" if len(places) > len(shown) else "later"
    links = {name: log_page("api:ocdsReleases", asked.limit, reached)}
    return told_as_is(package | {"links": links})


@operation(
    router,
    "/ocds/releases/{slug:name}",
    name="ocdsRelease",
    summary=_("Read the OCDS releases of one process"),
    description=_("One release by its id, or all of one process by its ocid or reference."),
    answer=ReleasePackage,
    example=examples.RELEASE_PACKAGE,
    refusals={400: Problem, 404: Problem},
    etag=version,
)
def releases_by_name(request: HttpRequest, name: str = NAME) -> HttpResponse:
    prefix = publisher().ocid_prefix
    bare = name.removeprefix(f"{prefix}-")
    told = _releases(opportunity__reference__in={name, bare, NUMBER.sub("", bare)}).values()
    exactly = [each for each in told if each.release["id"] == name]
    whole = [each for each in told if each.release["ocid"] in {name, f"{prefix}-{name}"}]
    if not (exactly or whole):
        raise Refusal(404, NO_SUCH)
    return told_as_is(_package(exactly or whole, uri=address("api:ocdsRelease", name)))


@operation(
    router,
    "/ocds/records/{slug:reference}",
    name="ocdsRecord",
    summary=_("Read one OCDS record"),
    description=_("A record package of one process: its releases and its compiled release."),
    answer=RecordPackage,
    example=examples.RECORD_PACKAGE,
    refusals={400: Problem, 404: Problem},
    etag=version,
)
def record_by_reference(request: HttpRequest, reference: str = REFERENCE) -> HttpResponse:
    told = [*_releases(opportunity__reference=reference).values()]
    if not told:
        raise Refusal(404, NO_SUCH)
    package = record_package(
        [record([each.release for each in told])],
        uri=address("api:ocdsRecord", reference),
        published_at=max(each.changed_at for each in told),
        publisher=publisher(),
    )
    return told_as_is(package)


class Told(NamedTuple):
    """A release, and when it last became what it is: one of a withdrawn process when that was withdrawn."""

    release: Json
    changed_at: datetime


def _releases(**which: Any) -> dict[int, Told]:
    """Return every release of the processes of some revisions, by its place in the log. One query."""
    rows = Revision.objects.filter(**which).order_by("opportunity_id", "number").defer("changes")
    found = {}
    for _opportunity, group in groupby(rows, key=lambda revision: revision.opportunity_id):
        history = list(group)
        last = history[-1]
        for revision, release in zip(
            history, releases(history, publisher=publisher()), strict=True
        ):
            is_buried = last.kind == RevisionKind.WITHDRAWN
            found[revision.sequence] = Told(release, last.at if is_buried else revision.at)
    return found


def _package(told: list[Told], *, uri: str) -> Json:
    return release_package(
        [each.release for each in told],
        uri=uri,
        published_at=max(each.changed_at for each in told),
        publisher=publisher(),
    )


# --- All of it at once ----------------------------------------------------------------------------


@operation(
    router,
    "/ocds/releases.jsonl",
    name="ocdsBulk",
    summary=_("Load every OCDS release as one file"),
    description=_(
        "JSON Lines: one release in a line, process after process. It follows the log within a minute."
    ),
    example=examples.LINE,
    media_type="application/jsonl",
    refusals={503: Problem},
)
def bulk(request: HttpRequest) -> HttpResponseBase:
    found = _bulk()
    tag = f'"{found.sha256}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return HttpResponseNotModified(headers={"ETag": tag})
    response = FileResponse(
        ocds_bulk.storage().open(found.name),
        content_type="application/jsonl",
        as_attachment=True,
        filename="releases.jsonl",
    )
    digest = b64encode(bytes.fromhex(found.sha256)).decode()
    response.headers["ETag"] = tag
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return response


@operation(
    router,
    "/ocds/releases.jsonl.sha256",
    name="ocdsChecksum",
    summary=_("Read the checksum of that file"),
    description=_("As sha256sum writes and checks it. The file’s own ETag is the same number."),
    example=examples.CHECKSUM,
    media_type="text/plain",
    refusals={503: Problem},
)
def checksum(request: HttpRequest) -> HttpResponse:
    line = f"{_bulk().sha256}  releases.jsonl\n"
    return HttpResponse(line, content_type="text/plain")


def _bulk() -> ocds_bulk.Bulk:
    found = ocds_bulk.for_visitor()
    if found is None:
        raise Refusal(503, LATER, headers={"Retry-After": "30"})
    return found


@operation(
    router,
    "/ocds/extension/{slug:part}.json",
    name="ocdsExtension",
    summary=_("Read our extension of the standard"),
    description=_("What the City says and OCDS has no field for: extension or release-schema."),
    answer=Extension,
    example=examples.EXTENSION,
    refusals={400: Problem, 404: Problem},
    etag=version,
)
def extension(
    request: HttpRequest,
    part: Literal["extension", "release-schema"] = in_path(description=_("Which file of it.")),
) -> HttpResponse:
    return told_as_is(json.loads((EXTENSION / f"{part}.json").read_text(encoding="utf-8")))
