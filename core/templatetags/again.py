"""Saying once more what a page has said in one of its blocks."""

from html import unescape

from django import template
from django.template.base import NodeList
from django.template.context import Context
from django.template.loader_tags import BlockNode

register = template.Library()


@register.simple_tag(takes_context=True)
def again(context: Context, name: str) -> str:
    """Return the words of the page's block ``name``, for an attribute or a condition.

    Django lets a template write a block once, but a title stands in the page's head twice.
    """
    # What has no words of its own takes those of the page that is being drawn.
    said: str = BlockNode(name, NodeList()).render(context)
    return " ".join(unescape(said).split())
