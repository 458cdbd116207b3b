"""The OpenAPI description: what django-ninja makes of the views, and what it leaves unsaid of every answer."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI

from core.api import PROBLEM, ProblemsForPrograms, WrongValue, problem

Json = dict[str, Any]
ABOUT = _(
    "What the New York City Law Department plans to buy, what is open and what was decided: the facts that this "
    "site’s pages show, for programs. Reading needs no key, and pages of any origin may do it. Every answer has an "
    "ETag: send it back as If-None-Match, and what has not changed is answered with 304 and nothing else."
)
MEANINGS: dict[int, Any] = {
    200: _("As asked."),
    304: _("Nothing has changed since the answer with this ETag."),
    400: _("A parameter has a value that it cannot have. The answer names it."),
    404: _("There is no such thing here."),
    405: _("Nothing can be changed here. Allow lists what can be asked."),
    410: _("Shown by mistake and withdrawn."),
    429: _("Too many requests. Retry-After says how many seconds to wait."),
    500: _("Something went wrong here."),
    503: _("Not now. Retry-After says how many seconds to wait."),
}
HEADERS: dict[int, Json] = {
    304: {"ETag": {"type": "string"}},
    405: {"Allow": {"type": "string"}},
    429: {"Retry-After": {"type": "string"}},
    503: {"Retry-After": {"type": "string"}},
}
ALWAYS = (304, 405, 429, 500, 503)
TAGS: dict[str, Any] = {
    "opportunities": _("Opportunities"),
    "changes": _("Changes"),
    "ocds": _("Open Contracting Data Standard (OCDS)"),
    "requirements": _("Requirements"),
    "rules": _("Limits and words"),
}


def described(api: NinjaAPI) -> Json:
    """Return the description of ``api``. Its sentences are lazy: whoever writes it out chooses the language."""
    made = api.get_openapi_schema(path_prefix="api/v1/")
    paths = {path: {"get": _operation(methods["get"])} for path, methods in made["paths"].items()}
    schemas = made["components"]["schemas"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.SITE_NAME,
            "version": "1.0.0",
            "description": ABOUT,
            "license": _licence(),
        },
        "security": [],
        "tags": [{"name": name, "description": title} for name, title in TAGS.items()],
        "paths": paths,
        "components": {"schemas": {name: _plain(schemas[name]) for name in sorted(schemas)}},
    }


def _licence() -> Json:
    url = settings.OCDS_LICENCE_URL
    return {"name": url, "url": url} if url else {"name": _("Not stated yet by the publisher")}


def _operation(made: Json) -> Json:
    """Return one operation without what says nothing, and with the answers that any may have."""
    said = {int(status): each for status, each in made["responses"].items()}
    statuses = sorted({*said, *ALWAYS})
    return made | {
        "parameters": [_parameter(each) for each in made["parameters"]],
        "responses": {str(status): _response(status, said.get(status, {})) for status in statuses},
    }


def _parameter(made: Json) -> Json:
    schema = _plain(made["schema"])
    examples = schema.pop("examples", [])
    schema.pop("description", None)
    kept = {name: value for name, value in made.items() if name not in {"examples", "schema"}}
    return kept | {"schema": schema} | ({"example": examples[0]} if examples else {})


def _response(status: int, made: Json) -> Json:
    response: Json = {"description": MEANINGS[status]}
    if status in HEADERS:
        response["headers"] = {
            name: {"required": True, "schema": schema} for name, schema in HEADERS[status].items()
        }
    if status == HTTPStatus.OK:
        response["content"] = {
            kind: content | {"schema": _plain(content["schema"])}
            for kind, content in made["content"].items()
        }
    elif status >= HTTPStatus.BAD_REQUEST:
        response["content"] = {PROBLEM: _problem(status, made)}
    return response


def _problem(status: int, made: Json) -> Json:
    content = made.get("content", {}).get("application/json", {})
    schema = content.get("schema", {"$ref": "#/components/schemas/Problem"})
    return {"schema": schema, "example": _example_of(status, schema)}


def _example_of(status: int, schema: Json) -> Json:
    wrong = [WrongValue(parameter="limit", message="Input should be less than or equal to 100")]
    detail = ProblemsForPrograms.DETAILS.get(status, "This has been withdrawn.")
    body = problem(status, detail, wrong if status == HTTPStatus.BAD_REQUEST else [])
    buried = {"reference": "shown-by-mistake", "withdrawn_at": "2027-01-12T17:00:00+00:00"}
    return body.model_dump() | (buried if schema["$ref"].endswith("/Gone") else {})


def _plain(schema: Any) -> Any:
    """Drop the titles and null defaults that pydantic gives to everything."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: _plain(value)
        for name, value in schema.items()
        if not (name == "title" and isinstance(value, str))
        and not (name == "default" and value is None)
    }


# --- For people -----------------------------------------------------------------------------------


def of_reader(description: Json) -> Json:
    """Return the description in the order and the words of a page."""
    operations = [
        each["get"]
        | {
            "path": path,
            "rows": [*_rows(each["get"])],
            "responses": {
                status: answer | {"form": _form(answer)}
                for status, answer in each["get"]["responses"].items()
            },
            "example": _example(each["get"]),
        }
        for path, each in description["paths"].items()
    ]
    return {
        "about": description["info"]["description"],
        "licence": description["info"]["license"],
        "groups": [
            (tag, [each for each in operations if tag["name"] in each["tags"]])
            for tag in description["tags"]
        ],
        "schemas": [
            (name, [*_fields(schema)])
            for name, schema in description["components"]["schemas"].items()
        ],
    }


def _form(answer: Json) -> str:
    """Return the name of the form of an answer, blank where it has none."""
    forms = [content["schema"].get("$ref", "") for content in answer.get("content", {}).values()]
    return str(forms[0].rpartition("/")[2]) if forms else ""


def _example(operation: Json) -> str:
    (content,) = operation["responses"]["200"]["content"].values()
    example = content["example"]
    return (
        example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
    )


def _rows(operation: Json) -> Iterator[Json]:
    for each in operation["parameters"]:
        yield {
            "name": each["name"],
            "description": each.get("description", ""),
            "type": type_of(each["schema"]),
            "is_required": each["required"],
        }


def _fields(schema: Json) -> Iterator[Json]:
    for name, each in schema.get("properties", {}).items():
        yield {"name": name, "description": each.get("description", ""), "type": type_of(each)}


def type_of(schema: Json) -> str:
    """Say a schema as programmers write types: ``date | null``, ``[open, upcoming]``, ``Facts``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(type_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    kind = str(schema.get("format") or schema.get("const") or schema.get("type") or "any")
    least, most = schema.get("minimum"), schema.get("maximum")
    return f"{kind} {least}–{most}" if most is not None else kind
