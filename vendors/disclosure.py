"""The amount of City awards from which a vendor must have its disclosures filed."""

from decimal import Decimal

from vendors.choices import Answer

# 9 RCNY 2-08(e)(1): awards of the preceding twelve months, the new one included, of this much or more.
DISCLOSURE_AMOUNT = Decimal(250_000)


def reaches_disclosure(total: Decimal | None) -> Answer:
    """Tell whether ``total``, US dollars in twelve months with the award in question, asks for disclosures."""
    if total is None:
        return Answer.UNKNOWN
    return Answer.YES if total >= DISCLOSURE_AMOUNT else Answer.NO
