"""How all of these answer: to be read only, kept for a few seconds, 304 where nothing has changed."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.http import public_page
from opportunities.search.value import WINDOWS
from opportunities.versions import answers_conditionally


def taken_along(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Let a view of public facts be asked again and again at the cost of one query.

    A search with a window changes with the clock, so its answer holds for a minute at most.
    """
    still, ticking = answers_conditionally()(view), answers_conditionally(by_minute=True)(view)

    @require_safe
    @public_page
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = ticking if WINDOWS & request.GET.keys() else still
        return answer(request, *args, **kwargs)

    return wrapped
