"""What is special about a procurement method."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from opportunities.choices import Method


@dataclass(frozen=True)
class MethodFacts:
    """``passport_words`` is what PASSPort calls the phase in which vendors respond: the words to search for.

    The letters are the sixth character of an EPIN, at solicitation and at award.
    """

    needs_city_mwbe: bool = False
    allows_human_services: bool = True
    passport_words: str = ""
    solicitation_letter: str = ""
    award_letter: str = ""
    authority: str = ""


# Charter section 311(i)(1) and PPB Rules section 3-08(c)(1)(iv): City-certified M/WBEs only; goods,
# services and construction, not human services. The letters were counted in the City's public data.
MWBE_SMALL_PURCHASE = MethodFacts(
    needs_city_mwbe=True,
    allows_human_services=False,
    passport_words="RFI (M/WBE)",
    solicitation_letter="Y",
    award_letter="W",
    authority="New York City Charter section 311(i)(1); PPB Rules section 3-08(c)(1)(iv)",
)


NOT_FOR_HUMAN_SERVICES = _(
    "The M/WBE small purchase method may not be used for human services "
    "(PPB Rules section 3-08(c)(1)(iv)). Choose another industry or method."
)


def facts(method: str) -> MethodFacts:
    """Return what is known of ``method``; a method without an entry has no special rules here."""
    return MWBE_SMALL_PURCHASE if method == Method.MWBE_SMALL_PURCHASE else MethodFacts()
