"""How procurement facts are said on a page."""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from opportunities import slots, words
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


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str) -> SafeString:
    """Return what apps further up show in this place (``opportunities.slots``)."""
    values: Any = context.flatten()
    drawn = (get_template(each).render(values) for each in slots.templates_of(name))
    return SafeString("".join(drawn))


register.filter(words.dollars)
register.filter(words.new_york)
register.filter(time_left)


@register.filter
def phase_at(opportunity: Opportunity, moment: datetime) -> Phase:
    return opportunity.phase_at(moment)
