"""How procurement facts are said on a page."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.choices import Phase
from opportunities.models import OfficialLink, Opportunity

register = template.Library()


@register.simple_tag
def official_link(links: dict[str, OfficialLink], key: str) -> SafeString | str:
    """Return the City page's title, linked where its address is known. Nothing is ever invented."""
    link = links.get(key)
    if link is None:
        return ""
    if not link.url:
        return format_html("{} <span>({})</span>", link.title, _("its address is not known to us"))
    return format_html('<a href="{}" rel="external">{}</a>', link.url, link.title)


@register.filter
def dollars(value: Decimal) -> str:
    """Return whole dollars with separators, with cents only where there are any."""
    return f"${value:,.0f}" if value == value.to_integral_value() else f"${value:,.2f}"


@register.filter
def value_in_words(opportunity: Opportunity) -> str:
    low, high = opportunity.value_min, opportunity.value_max
    if low is None and high is None:
        return _("Not yet announced")
    if low == high and high is not None:
        return dollars(high)
    if low is not None and high is not None:
        return _("%(low)s to %(high)s") % {"low": dollars(low), "high": dollars(high)}
    return _("Up to %s") % dollars(high) if high is not None else _("At least %s") % dollars(low or Decimal(0))


@register.filter
def new_york(moment: datetime) -> str:
    """Return day and time in New York with the zone's name of that day, so that no hour is ambiguous."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s New York time (%(zone)s)") % {
        "day": format_date(local, "DATE_FORMAT"),
        "time": format_date(local, "TIME_FORMAT"),
        "zone": local.tzname(),
    }


@register.filter
def time_left(deadline: datetime, moment: datetime) -> str:
    """Return what is left in the largest unit that is not nothing; blank once it has passed."""
    left = deadline - moment
    if left.total_seconds() <= 0:
        return ""
    if left.days:
        return ngettext("%d day left", "%d days left", left.days) % left.days
    hours = left.seconds // 3600
    if hours:
        return ngettext("%d hour left", "%d hours left", hours) % hours
    minutes = max(1, left.seconds // 60)
    return ngettext("%d minute left", "%d minutes left", minutes) % minutes


@register.filter
def phase_at(opportunity: Opportunity, moment: datetime) -> Phase:
    return opportunity.phase_at(moment)
