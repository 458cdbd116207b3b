"""The history of an opportunity as releases: one for each revision, and nothing at all of what was withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opportunities.choices import Outcome, RevisionKind
from opportunities.ocds.publisher import Publisher
from opportunities.ocds.sections import award_id, sections
from opportunities.ocds.values import Json, Snapshot, address, known, utc

if TYPE_CHECKING:
    from opportunities.models import Revision

# To correct a mistake or to confirm what was said is no amendment; the standard calls it an update.
AMENDS = frozenset([RevisionKind.AMENDED, RevisionKind.EXTENDED, RevisionKind.OPENED])
# Lists in which the standard replaces the whole, and does not look for equal ids.
WHOLE_LISTS = frozenset(["additionalClassifications"])


@dataclass
class Told:
    """What the releases before have said: their tags, the last one's id and its facts."""

    tags: set[str] = field(default_factory=set)
    release_id: str = ""
    facts: Json = field(default_factory=dict)

    @property
    def award_stands(self) -> bool:
        return "award" in self.tags and "awardCancellation" not in self.tags

    def add(self, release: Json, facts: Json) -> None:
        """Remember a release. An award or a cancellation that is over may come about again."""
        tags = set(release["tag"])
        if "award" in tags:
            self.tags.discard("awardCancellation")
        if facts["tender"]["status"] != "cancelled":
            self.tags.discard("tenderCancellation")
        self.tags |= tags
        self.release_id, self.facts = release["id"], facts


def ocid_of(reference: str, *, publisher: Publisher) -> str:
    """Return the id of the contracting process, the same for ever."""
    return f"{publisher.ocid_prefix}-{reference}"


def releases(history: "Sequence[Revision]", *, publisher: Publisher) -> list[Json]:
    """Return the release of each revision of one opportunity; ``history`` is complete and in order.

    Each says all that was known then, and names as null what the one before said and no longer holds, so
    that whoever merges them is left with the truth. A release never changes, with one exception: once the
    opportunity is withdrawn, each of them is a tombstone. They share parts: do not alter them.
    """
    if any(revision.kind == RevisionKind.WITHDRAWN for revision in history):
        return [_tombstone_of(revision, publisher) for revision in history]
    told = Told()
    page = address("detail", history[0].snapshot["reference"]) if history else ""
    return [_next(revision, told, publisher, page) for revision in history]


def tombstone(reference: str, *, number: int, at: datetime, publisher: Publisher) -> Json:
    """Return what is left of a release of a withdrawn opportunity: that it was, and when.

    Its tags are the same whatever it told of before.
    """
    ocid = ocid_of(reference, publisher=publisher)
    return {
        "ocid": ocid,
        "id": _release_id(ocid, number),
        "date": utc(at),
        "tag": ["planningUpdate", "tenderUpdate"],
        "initiationType": "tender",
        "tender": {"id": ocid, "status": "withdrawn"},
    }


def _tombstone_of(revision: "Revision", publisher: Publisher) -> Json:
    reference = revision.snapshot["reference"]
    return tombstone(reference, number=revision.number, at=revision.at, publisher=publisher)


def _next(revision: "Revision", told: Told, publisher: Publisher, page: str) -> Json:
    snapshot, prefix = revision.snapshot, publisher.ocid_prefix
    ocid = ocid_of(snapshot["reference"], publisher=publisher)
    facts = sections(snapshot, prefix=prefix, at=revision.at, page=page)
    change = known(sequence=revision.sequence, change=revision.kind, note=revision.note)
    facts["nyc"] = facts.get("nyc", {}) | change
    if "award" in told.tags and "awards" not in facts:
        facts["awards"] = [{"id": award_id(ocid), "status": "cancelled"}]
    release = {
        "ocid": ocid,
        "id": _release_id(ocid, revision.number),
        "date": utc(revision.at),
        "tag": tags(snapshot, told, amends=_amends(revision)),
        "initiationType": "tender",
        "language": "en",
        **_with_removals(told.facts, facts),
    }
    if "tenderAmendment" in release["tag"]:
        amendment = _amendment(revision, release, told)
        release["tender"] = release["tender"] | {"amendments": [amendment]}
    told.add(release, facts)
    return release


def _release_id(ocid: str, number: int) -> str:
    return f"{ocid}-{number:05}"


def _amends(revision: "Revision") -> bool:
    return revision.kind in AMENDS and revision.is_material


def tags(snapshot: Snapshot, told: Told, *, amends: bool) -> list[str]:
    """Return what a release tells of.

    To announce an opening is the tender, even while it lies ahead: no release marks the moment when it comes.
    """
    outcome = snapshot.get("outcome")
    if outcome == Outcome.AWARDED:
        return ["awardUpdate" if told.award_stands else "award"]
    found = ["awardCancellation"] if told.award_stands else []
    if outcome == Outcome.CANCELLED and "tenderCancellation" not in told.tags:
        found.append("tenderCancellation")
    return found or [_tag_of_change(snapshot, told, amends=amends)]


def _tag_of_change(snapshot: Snapshot, told: Told, *, amends: bool) -> str:
    if "tender" in told.tags:
        return "tenderAmendment" if amends else "tenderUpdate"
    if snapshot.get("opens_at") and not snapshot.get("outcome"):
        return "tender"
    return "planningUpdate" if told.tags else "planning"


def _amendment(revision: "Revision", release: Json, told: Told) -> Json:
    return known(
        id=str(revision.number),
        date=release["date"],
        rationale=revision.note,
        amendsReleaseID=told.release_id,
        releaseID=release["id"],
    )


def _with_removals(before: Json, now: Json) -> Json:
    """Return ``now``, with a null for each thing that ``before`` says and ``now`` does not.

    Without it the old would stay when releases are merged.
    """
    said = {key: _changed(key, before.get(key), new) for key, new in now.items()}
    return said | {key: _nothing(key, old) for key, old in before.items() if key not in now}


def _changed(key: str, old: Any, new: Any) -> Any:
    if old is None or old == new:
        return new
    if isinstance(new, dict):
        return _with_removals(old, new)
    if not _is_merged_by_id(key, new):
        return new
    before, now = ({item["id"]: item for item in items} for items in (old, new))
    kept = [_with_removals(before.get(name, {}), item) for name, item in now.items()]
    return kept + [_no_such(item) for name, item in before.items() if name not in now]


def _nothing(key: str, old: Any) -> Any:
    """Return what says that ``old`` is no longer so."""
    if isinstance(old, dict):
        return {name: _nothing(name, value) for name, value in old.items()}
    if _is_merged_by_id(key, old):
        return [_no_such(item) for item in old]
    return [] if key in WHOLE_LISTS else None


def _no_such(item: Json) -> Json:
    """Return ``item`` with nulls for all but its id: the standard has no other way to take it off a list."""
    return {key: old if key == "id" else _nothing(key, old) for key, old in item.items()}


def _is_merged_by_id(key: str, items: Any) -> bool:
    return isinstance(items, list) and isinstance(items[0], dict) and key not in WHOLE_LISTS
