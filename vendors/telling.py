"""What was found about one requirement, in a sentence."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from vendors.choices import Need, Standing
from vendors.readiness import Finding
from vendors.requirements.certification import CITY_CERTIFICATION
from vendors.requirements.passport import COMMODITY_CODES


def said_of(finding: Finding, *, commodity: str = "") -> str:
    """Say where the business stands; ``commodity`` is the one to enroll in, in words."""
    if finding.standing == Standing.NOT_COVERED:
        return _not_covered(finding, commodity)
    if finding.ends_on and finding.standing in {Standing.EXPIRED, Standing.ENDS_BEFORE}:
        return _ends(finding)
    if finding.look_again:
        return _("You have it. It is time to look at it again.")
    if not finding.is_had and finding.need in WHEN:
        return str(WHEN[finding.need]())
    return str(SENTENCES[finding.standing]())


def _not_covered(finding: Finding, commodity: str) -> str:
    if finding.requirement.key == CITY_CERTIFICATION.key:
        return _("The certificate you hold does not count here. Only the City’s MBE or WBE does.")
    if finding.requirement.key == COMMODITY_CODES.key and commodity:
        return _("Enroll in %s, which is not among your codes.") % commodity
    return _("What you hold does not cover this purchase.")


def _ends(finding: Finding) -> str:
    day = date_format(finding.ends_on, "DATE_FORMAT") if finding.ends_on else ""
    if finding.standing == Standing.EXPIRED:
        return _("It ended on %s. Renew it.") % day
    if finding.requirement.key == CITY_CERTIFICATION.key:
        return _("Your certification ends on %s, before this purchase is expected.") % day
    return _("It ends on %s, before this purchase is expected. Renew it in time.") % day


WHEN = {
    Need.CONDITIONAL: lambda: _(
        "Needed only once your City awards of twelve months reach $250,000. Tell us whether they do."
    ),
    Need.OF_NONPROFITS: lambda: _(
        "Needed only of nonprofits. Tell us what kind of business you are."
    ),
    Need.ADVISED: lambda: _("The City does not ask for it. We advise it."),
}
SENTENCES = {
    Standing.REJECTED: lambda: _("What you said was not accepted. Your checklist says why."),
    Standing.MISSING: lambda: _("You do not have it yet."),
    Standing.IN_PROGRESS: lambda: _("You are at it."),
    Standing.UNSURE: lambda: _(
        "Compare what you hold with what the purchase names. Words alone do not tell."
    ),
    Standing.DECLARED: lambda: _("You say you have it."),
    Standing.VERIFIED: lambda: _("Verified."),
    Standing.NOT_COVERED: lambda: _("What you hold does not cover this purchase."),
    Standing.EXPIRED: lambda: _("It has ended. Renew it."),
    Standing.ENDS_BEFORE: lambda: _("It ends before this purchase is expected. Renew it in time."),
}
