"""Releases together: as a package, as the record of one process, and as lines in bulk."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from opportunities.ocds.publisher import Publisher
from opportunities.ocds.values import Json, known, utc

SCHEMA = Path(__file__).parents[1] / "data" / "ocds" / "1.1.5" / "release-schema.json"


def release_package(
    releases: list[Json], *, uri: str, published_at: datetime, publisher: Publisher
) -> Json:
    """Return a package of one release or more, which stands at ``uri``.

    ``published_at`` is when the last of what it holds changed. Raises ``ValueError`` without releases:
    the standard knows no empty package.
    """
    return _package(uri, published_at, publisher, releases=releases)


def record_package(
    records: list[Json], *, uri: str, published_at: datetime, publisher: Publisher
) -> Json:
    """Return a package of one record or more; all else as with ``release_package``."""
    return _package(uri, published_at, publisher, records=records)


def _package(
    uri: str, published_at: datetime, publisher: Publisher, **contents: list[Json]
) -> Json:
    if not all(contents.values()):
        raise ValueError("A package holds at least one release or record.")
    return known(
        uri=uri,
        version="1.1",
        extensions=list(filter(None, [publisher.extension_url])),
        publishedDate=utc(published_at),
        publisher=known(
            name=publisher.name, scheme=publisher.scheme, uid=publisher.uid, uri=publisher.uri
        ),
        license=publisher.licence_url,
        publicationPolicy=publisher.policy_url,
        **contents,
    )


def record(releases: list[Json]) -> Json:
    """Return the releases of one process, in order and at least one, and the last state of each fact."""
    compiled = _merger().create_compiled_release(releases)
    return {
        "ocid": releases[0]["ocid"],
        "releases": releases,
        "compiledRelease": _without_remains(compiled),
    }


def lines(releases: Iterable[Json]) -> Iterator[bytes]:
    """Return each release as one line of ASCII JSON, so that no reader finds a line's end inside."""
    for release in releases:
        yield json.dumps(release, separators=(",", ":")).encode() + b"\n"


@cache
def _merger() -> Any:
    """Return the merger of the standard's makers, told the schema: else it would ask for it over the network."""
    from ocdsmerge import Merger

    return Merger(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _without_remains(value: Any) -> Any:
    """Drop what nulls leave behind when merged: empty objects, and members of lists with nothing but an id."""
    if isinstance(value, dict):
        kept = ((key, _without_remains(item)) for key, item in value.items())
        return {key: item for key, item in kept if item not in ({}, [])}
    if isinstance(value, list):
        kept_items = (_without_remains(item) for item in value)
        return [
            item for item in kept_items if not (isinstance(item, dict) and item.keys() <= {"id"})
        ]
    return value
