"""How procurement facts are said on a page."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities import words
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


register.filter(words.dollars)
register.filter(words.new_york)


@register.filter
def value_in_words(opportunity: Opportunity) -> str:
    return words.value_range(opportunity.value_min, opportunity.value_max) or words.not_yet()


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
