"""All releases in one file of JSON Lines, as of one place in the log, with its checksum in its name.

Written by the clock, and by whoever asks first while the log is small. A file is never altered: the next
one takes its place.
"""

import re
from collections.abc import Iterator
from dataclasses import astuple
from hashlib import sha256
from itertools import groupby
from tempfile import TemporaryFile
from typing import NamedTuple

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages

from opportunities.choices import RevisionKind
from opportunities.models import ChangeLog, Revision
from opportunities.ocds import Publisher, lines, releases
from opportunities.ocds.values import Json

FOLDER = "open-data"
# So many releases take four seconds to write at most (0.7 ms each, measured on a busy machine); a visitor may wait for that.
SMALL_LOG = 5000
NAME = re.compile(r"releases-([0-9]{1,18})-([0-9a-f]{12})-([0-9a-f]{64})\.jsonl")


class Bulk(NamedTuple):
    """A file that stands in the storage: all of the log up to ``head``."""

    head: int
    made_by: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{FOLDER}/releases-{self.head}-{self.made_by}-{self.sha256}.jsonl"


def storage() -> Storage:
    return storages["documents"]


def publisher() -> Publisher:
    """Return who publishes; ``extension_url`` is for packages alone, so lines do without."""
    return Publisher.from_settings()


def head_of_log() -> int:
    return ChangeLog.objects.filter(pk=1).values_list("head", flat=True).first() or 0


def standing() -> Bulk | None:
    """Return the newest file that this release of the portal wrote under these settings."""
    ours = [bulk for bulk in _all() if bulk.made_by == _maker()]
    return max(ours, default=None)


def for_visitor() -> Bulk | None:
    """Return a file that may be handed out, writing it where that is quick.

    One that is behind may, as long as nothing in it was withdrawn since. ``None``: come back later.
    """
    head, bulk = head_of_log(), standing()
    if bulk and bulk.head >= head:
        return bulk
    if head <= SMALL_LOG:
        return write()
    return bulk if bulk and not _anything_withdrawn(since=bulk.head) else None


def write() -> Bulk:
    """Write the file as of now, and delete those it takes the place of. Safe to run twice at once."""
    head, digest = head_of_log(), sha256()
    with TemporaryFile() as draft:
        for line in lines(_all_releases(head)):
            digest.update(line)
            draft.write(line)
        bulk = Bulk(head, _maker(), digest.hexdigest())
        if not storage().exists(bulk.name):
            storage().save(bulk.name, File(draft))
    _delete_older_than(bulk)
    return bulk


def _all_releases(head: int) -> Iterator[Json]:
    """Yield the releases of one process after the other, holding no more than one in memory."""
    rows = Revision.objects.filter(sequence__lte=head).order_by("opportunity_id", "number")
    log = rows.defer("changes").iterator(chunk_size=500)
    for _opportunity, history in groupby(log, key=lambda revision: revision.opportunity_id):
        yield from releases(list(history), publisher=publisher())


def _anything_withdrawn(*, since: int) -> bool:
    later = Revision.objects.filter(sequence__gt=since)
    return later.filter(kind=RevisionKind.WITHDRAWN).exists()


def _maker() -> str:
    """Return what a line depends on beside the log, as a short mark."""
    parts = [settings.RELEASE, settings.SITE_URL, *map(str, astuple(publisher()))]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


def _all() -> Iterator[Bulk]:
    for name in _names():
        if match := NAME.fullmatch(name):
            yield Bulk(int(match[1]), match[2], match[3])


def _names() -> list[str]:
    try:
        return storage().listdir(FOLDER)[1]
    except FileNotFoundError:
        return []


def _delete_older_than(bulk: Bulk) -> None:
    """Delete every other file, but one that somebody wrote from a later place in the log."""
    later = {other.name for other in _all() if other.made_by == bulk.made_by and other > bulk}
    for name in _names():
        if f"{FOLDER}/{name}" not in {bulk.name, *later}:
            storage().delete(f"{FOLDER}/{name}")
