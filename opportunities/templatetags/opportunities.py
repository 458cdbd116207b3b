"""How procurement facts are said on a page."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opportunities import words
from opportunities.choices import Phase
from opportunities.deadlines import time_left
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
register.filter(time_left)


@register.filter
def phase_at(opportunity: Opportunity, moment: datetime) -> Phase:
    return opportunity.phase_at(moment)
