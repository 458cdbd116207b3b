"""Is a business ready for one purchase? A pure function of two plain values and a day.

Two answers, never one figure: whether the business may get the purchase at all, and whether it could respond
and be paid. Prequalification for human services is a question of its own, asked by human services alone.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from vendors.choices import (
    COUNT_FOR_MWBE,
    HELD,
    BusinessKind,
    HoldingState,
    Need,
    Standing,
    Track,
    Verdict,
    Word,
)
from vendors.facts import Business, Held, Purchase
from vendors.leading import start_days
from vendors.requirements import REQUIREMENTS, Requirement
from vendors.requirements.certification import CITY_CERTIFICATION, LICENCES
from vendors.requirements.passport import COMMODITY_CODES

CONDITIONAL = {Need.CONDITIONAL, Need.OF_NONPROFITS}
ASKED = {Need.NEEDED, *CONDITIONAL}
HAD = {Standing.DECLARED, Standing.VERIFIED}
VERDICTS = {
    Standing.UNSURE: Verdict.UNSURE,
    Standing.DECLARED: Verdict.DECLARED,
    Standing.VERIFIED: Verdict.VERIFIED,
}
BETWEEN = re.compile(r"[\s(),;:>–—]+")
UNTOUCHED = {HoldingState.NOT_STARTED, HoldingState.NOT_APPLICABLE}


@dataclass(frozen=True)
class Finding:
    """Where a business stands with one requirement. ``ends_on`` is the last day on which it holds."""

    requirement: Requirement
    need: Need
    standing: Standing
    ends_on: date | None = None
    look_again: bool = False  # still held, and its day to look again has passed

    @property
    def is_had(self) -> bool:
        return self.standing in HAD

    @property
    def is_conditional(self) -> bool:
        return self.need in CONDITIONAL


@dataclass(frozen=True)
class Step:
    """Something to do, and the last day on which to begin it; ``None`` where nobody knows."""

    finding: Finding
    start_by: date | None = None
    is_late: bool = False


@dataclass(frozen=True)
class Assessment:
    """``human_services`` is ``None`` where the purchase does not ask for prequalification."""

    on: date
    needed_on: date | None
    eligible: Verdict
    ready: Verdict
    human_services: Verdict | None
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]

    @property
    def word(self) -> Word:
        """The one word that a row has room for: the worst of the answers."""
        worst = min(self.answers)
        if worst == Verdict.NEVER:
            return Word.NEVER
        if worst == Verdict.NOT_YET:
            return Word.NOT_YET
        return Word.UNSURE if worst == Verdict.UNSURE else Word.READY

    @property
    def answers(self) -> tuple[Verdict, ...]:
        given = (self.eligible, self.ready, self.human_services)
        return tuple(answer for answer in given if answer is not None)

    @property
    def is_open_to_all(self) -> bool:
        """Whether nothing but being ready is asked."""
        return all(each.requirement.track != Track.ELIGIBLE for each in self.findings)

    @property
    def is_closed_to_nonprofits(self) -> bool:
        return self.eligible == Verdict.NEVER

    @property
    def advice(self) -> tuple[Finding, ...]:
        """What is only advised and not there, or should be looked at again."""
        return tuple(
            each
            for each in self.findings
            if each.look_again or (each.need == Need.ADVISED and not each.is_had)
        )


def assess(purchase: Purchase, business: Business, *, on: date) -> Assessment:
    """Say where ``business`` stands with ``purchase``, as of the New York day ``on``.

    What it holds must last until responses may be due, or until ``on`` where no such day is known.
    """
    until = max(on, purchase.last_on or on)
    asked = [(each, each.applies_to(purchase, business)) for each in REQUIREMENTS]
    findings = tuple(
        _finding(requirement, need, purchase, business, on=on, until=until)
        for requirement, need in asked
        if need != Need.NOT_NEEDED
    )
    eligible = _eligible(findings, purchase, business)
    return Assessment(
        on=on,
        needed_on=until if purchase.last_on else None,
        eligible=eligible,
        ready=_answer(findings, Track.READY),
        human_services=_human_services(findings),
        findings=findings,
        steps=() if eligible == Verdict.NEVER else _steps(findings, _deadline(purchase, on), on=on),
    )


def _eligible(findings: Iterable[Finding], purchase: Purchase, business: Business) -> Verdict:
    """A nonprofit cannot be certified, whatever it says it holds (NYC Business: for profit only)."""
    if purchase.method.needs_city_mwbe and business.kind == BusinessKind.NONPROFIT:
        return Verdict.NEVER
    return _answer(findings, Track.ELIGIBLE)


def _human_services(findings: Iterable[Finding]) -> Verdict | None:
    of_track = [each for each in findings if each.requirement.track == Track.HUMAN_SERVICES]
    return _answer(of_track, Track.HUMAN_SERVICES) if of_track else None


def _answer(findings: Iterable[Finding], track: Track) -> Verdict:
    """Return the worst of what counts: nothing asked is as good as verified."""
    counting = [each for each in findings if each.requirement.track == track and each.need in ASKED]
    return min(map(_verdict, counting), default=Verdict.VERIFIED)


def _verdict(finding: Finding) -> Verdict:
    """What may not be asked at all, and is not there, leaves the answer open."""
    missing = Verdict.UNSURE if finding.is_conditional else Verdict.NOT_YET
    return VERDICTS.get(finding.standing, missing)


# --- One requirement ------------------------------------------------------------------------------


def _finding(
    requirement: Requirement,
    need: Need,
    purchase: Purchase,
    business: Business,
    *,
    on: date,
    until: date,
) -> Finding:
    held = business.of(requirement.key)
    standing = _standing(requirement, held, on=on, until=until)
    if standing == Standing.MISSING and _is_implied(requirement, business):
        standing = Standing.DECLARED
    covers = COVERS.get(requirement.key)
    if covers and standing in HAD:
        standing = covers(held, purchase, standing)
    has_passed = held.expires_on is not None and held.expires_on < on
    look_again = requirement.is_only_rechecked and standing in HAD and has_passed
    return Finding(requirement, need, standing, held.expires_on, look_again)


def _is_implied(requirement: Requirement, business: Business) -> bool:
    """Whether the business has something that nobody has without this."""
    return any(business.of(key).state in HELD for key in requirement.implied_by)


def _standing(requirement: Requirement, held: Held, *, on: date, until: date) -> Standing:
    if held.state == HoldingState.REJECTED:
        return Standing.REJECTED
    if held.state == HoldingState.IN_PROGRESS:
        return Standing.IN_PROGRESS
    if held.state in UNTOUCHED:
        return Standing.MISSING
    if held.expires_on is not None and not requirement.is_only_rechecked:
        if held.expires_on < on:
            return Standing.EXPIRED
        if held.expires_on < until:
            return Standing.ENDS_BEFORE
    return Standing.VERIFIED if held.state == HoldingState.VERIFIED else Standing.DECLARED


def _certificate_counts(held: Held, _purchase: Purchase, standing: Standing) -> Standing:
    """Without a word on which certificate it is, it is believed to be one that counts."""
    is_other = held.covers and COUNT_FOR_MWBE.isdisjoint(held.covers)
    return Standing.NOT_COVERED if is_other else standing


def _commodity_is_enrolled(held: Held, purchase: Purchase, standing: Standing) -> Standing:
    """A line may name the code with its title before or after it, as our pages and the City's do."""
    code = purchase.commodity.casefold()
    is_missing = code and not any(code in _parts(line) for line in held.covers)
    return Standing.NOT_COVERED if is_missing else standing


def _parts(line: str) -> list[str]:
    whole = line.casefold().strip()
    return [whole, *BETWEEN.split(whole)]


def _names_are_covered(held: Held, purchase: Purchase, standing: Standing) -> Standing:
    """Two wordings of one licence cannot be told from two licences: a person must look."""
    mine = {line.casefold() for line in held.covers}
    is_unsure = any(line.casefold() not in mine for line in purchase.named or ())
    return Standing.UNSURE if is_unsure else standing


COVERS: dict[str, Callable[[Held, Purchase, Standing], Standing]] = {
    CITY_CERTIFICATION.key: _certificate_counts,
    COMMODITY_CODES.key: _commodity_is_enrolled,
    LICENCES.key: _names_are_covered,
}


# --- What to do, and when to begin ----------------------------------------------------------------


def _steps(findings: tuple[Finding, ...], deadline: date | None, *, on: date) -> tuple[Step, ...]:
    """Return what is asked and not there, in the order of the registry, which is the order in which to do it."""
    todo = [each for each in findings if each.need in ASKED and not each.is_had]
    todo = [each for each in todo if each.requirement.track != Track.ADVICE]
    begin = start_days([each.requirement for each in todo], deadline)
    return tuple(_step(each, begin[each.requirement.key], on) for each in todo)


def _deadline(purchase: Purchase, on: date) -> date | None:
    """Return the first day on which all may be wanted; none once even the last such day has passed."""
    if purchase.first_on is None or purchase.last_on is None or purchase.last_on < on:
        return None
    return max(purchase.first_on, on)


def _step(finding: Finding, start_by: date | None, on: date) -> Step:
    return Step(finding, start_by, start_by is not None and start_by < on)
