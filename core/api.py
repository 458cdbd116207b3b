"""What every address for programs shares: how it is described, what it refuses with, what it may be kept for."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.decorators import decorate_view
from ninja.params.functions import Path
from pydantic import BaseModel, ConfigDict, Field

from core.http import public_page

PREFIX = "/api/"
PROBLEM = "application/problem+json"
View = Callable[..., HttpResponse]
AnyView = Callable[..., HttpResponseBase]
NOTHING: Mapping[int, type["Problem"]] = MappingProxyType({})


def said(default: Any = ..., *, description: Promise, **particulars: Any) -> Any:
    """Describe a field as pydantic's ``Field`` does, in words that are translated when they are read."""
    words: Any = description
    return Field(default, description=words, **particulars)


def in_path(*, description: Promise, **particulars: Any) -> Any:
    """Describe a part of an address, as :func:`said` does a field."""
    words: Any = description
    return Path(..., description=words, **particulars)


class Told(BaseModel):
    """A thing that is answered with. Unknown is null, and nothing is left out."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_serialization_defaults_required=True
    )


class WrongValue(Told):
    parameter: str = said(description=_("The name of the parameter."))
    message: str = said(description=_("What is wrong with its value."))
    allowed: list[str] = said(
        default=[], description=_("What may be asked for, where that is a list.")
    )


class Problem(Told):
    type: str = said(default="about:blank", description=_("Always about:blank."))
    title: str = said(description=_("The status in words."))
    status: int = said(description=_("The status of the answer."))
    detail: str = said(description=_("What happened and what to do."))
    errors: list[WrongValue] = said(default=[], description=_("Each parameter with a wrong value."))


class Refusal(Exception):
    """A question that gets a problem for an answer."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Iterable[WrongValue] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers = headers or {}

    @classmethod
    def of(cls, parameter: str, message: str) -> "Refusal":
        """Return the refusal of one parameter's value."""
        return wrong_values([WrongValue(parameter=parameter, message=message)])


def wrong_values(errors: list[WrongValue]) -> Refusal:
    """Return the refusal of all these parameters at once: 400, each named."""
    names = ", ".join(dict.fromkeys(error.parameter for error in errors))
    return Refusal(400, f"Correct these parameters and ask again: {names}.", errors)


def problem(status: int, detail: str, errors: Iterable[WrongValue] = ()) -> Problem:
    """Return what is answered with an error (RFC 9457)."""
    return Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors)
    )


def refuse(_request: HttpRequest, refusal: Any) -> HttpResponse:
    """Return a ``Refusal`` as the answer it is."""
    response = told_problem(problem(refusal.status, refusal.detail, refusal.errors))
    for name, value in refusal.headers.items():
        response.headers[name] = value
    return response


def refuse_values(request: HttpRequest, invalid: Any) -> HttpResponse:
    """Return what the types of the parameters refuse (ninja's ``ValidationError``), one entry a value."""
    return refuse(request, wrong_values([_wrong_value(error) for error in invalid.errors]))


def _wrong_value(error: dict[str, Any]) -> WrongValue:
    # ("query", "asked", "phase", 0): where, the function's own name for it, the parameter, which of its values.
    names = [part for part in error["loc"] if isinstance(part, str)]
    choices = error.get("ctx", {}).get("expected", "")
    allowed = [choice.strip(" '") for choice in choices.replace(" or ", ",").split(",") if choice]
    message = "This value does not exist." if allowed else error["msg"]
    return WrongValue(parameter=names[-1], message=message, allowed=allowed)


class ProblemsForPrograms:
    """Turns every error under ``/api/`` that is a page for people into a problem, whoever made it.

    Stands above all that may refuse; what was said in headers (Allow, Retry-After) stays.
    """

    DETAILS = {
        400: "The request cannot be read. No part of an address may hold a NUL character.",
        404: "There is nothing at this address.",
        405: "This address answers only GET and HEAD: nothing can be changed here.",
        413: "The request is too large.",
        429: "Too many requests. Wait as long as Retry-After says.",
        500: "Something went wrong here. It is not your fault, and it is written down.",
        503: "This cannot be answered just now. Try again after as long as Retry-After says.",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            response.status_code >= 400
            and request.path_info.startswith(PREFIX)
            and isinstance(response, HttpResponse)
            and response.get("Content-Type") != PROBLEM
        ):
            self._rewrite(response)
        return response

    def _rewrite(self, response: HttpResponse) -> None:
        status = response.status_code
        detail = self.DETAILS.get(status, "This cannot be answered.")
        response.content = problem(status, detail).model_dump_json().encode()
        response.headers["Content-Type"] = PROBLEM
        response.headers["Content-Length"] = str(len(response.content))


def operation(
    router: Router,
    path: str,
    *,
    name: str,
    summary: Promise,
    description: Promise,
    example: Any,
    answer: Any = None,
    refusals: Mapping[int, type[Problem]] = NOTHING,
    media_type: str = "application/json",
    etag: Callable[[HttpRequest], str] | None = None,
) -> Callable[[AnyView], AnyView]:
    """Put a view at ``path``, described: what it answers with, an example of it, and what it refuses with.

    Every operation answers GET and HEAD, the same to everybody. ``etag`` decides a 304 before the view runs.
    """
    content = {"example": example} | ({} if answer else {"schema": {"type": "string"}})
    words: Any = {"summary": summary, "description": description}

    def register(view: AnyView) -> AnyView:
        decorators = [conditional(etag)] if etag else []
        decorate_view(*decorators, public_page)(view)
        router.api_operation(
            ["GET", "HEAD"],
            path,
            response={200: answer, **refusals},
            operation_id=name,
            url_name=name,
            openapi_extra={"responses": {200: {"content": {media_type: content}}}},
            **words,
        )(view)
        return view

    return register


def conditional(etag: Callable[[HttpRequest], str]) -> Callable[[View], View]:
    """Answer 304 before the view runs where the visitor's copy is as good. Refusals carry no tag."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            tag = etag(request)
            if tag in parse_etags(request.headers.get("If-None-Match", "")):
                return HttpResponseNotModified(headers={"ETag": tag})
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                response.headers["ETag"] = tag
            return response

        return wrapped

    return decorate


def told(answer: BaseModel) -> HttpResponse:
    return HttpResponse(answer.model_dump_json(), content_type="application/json")


def told_problem(answer: Problem) -> HttpResponse:
    return HttpResponse(answer.model_dump_json(), status=answer.status, content_type=PROBLEM)


def told_as_is(answer: dict[str, Any]) -> HttpResponse:
    """Answer with JSON whose form somebody else has laid down."""
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type="application/json")
