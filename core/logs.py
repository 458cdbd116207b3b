"""Logs: one event a line, with its request id, and never an address or a token.

Code logs as the standard library does, ``logger.info("letter sent", extra={"letter": pk})``;
structlog turns that into JSON, or into readable lines in the embedded mode.
"""

import logging.config
import re
from typing import Any

import structlog
from django.http import HttpRequest
from structlog.typing import EventDict, Processor, WrappedLogger

# Errors from mail servers and libraries quote addresses: plain, percent-encoded (again and again, as in the filters
# that a list of the desk hands on), or with a quoted local part ("a b"@x.example). Each try is short, or begins at the first letter of a run: nonsense of any length takes no time.
ADDRESS = re.compile(
    r"""(?:"(?:[^"\\\n]|\\.){0,64}"|(?<![^\s<>"(),:;@])[^\s<>"(),:;@]+)(?:@|%(?:25)*40)[^\s<>"'(),:;@]+""",
    re.IGNORECASE,
)
# What ``core.links.seal`` makes, wherever it stands (MQ:1xVVyw:NC0xx2px…, its colons perhaps as %3A), and
# any part of a path that is 40 characters or longer.
TOKEN = re.compile(
    r"(?<![A-Za-z0-9_.=-])[A-Za-z0-9_.=-]+(?::|%(?:25)*3A)[A-Za-z0-9]{5,}(?::|%(?:25)*3A)[A-Za-z0-9_=-]{20,}"
    r"|(?<=/)(?:[A-Za-z0-9_:=.-]|%[0-9A-F]{2}){40,}",
    re.IGNORECASE,
)


def without_addresses(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank out whatever looks like an address or a signed link, wherever it stands in the event.

    Django's own warnings carry the whole request: what ``RequestLog`` says of it is enough.
    """
    return {
        name: _cleaned(value)
        for name, value in event.items()
        if not (name == "request" and isinstance(value, HttpRequest))
    }


def _cleaned(value: Any) -> Any:
    """Return ``value`` as what JSON knows; an object that says who it is only when written out is a text, too."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, dict):
        return {_cleaned(str(name)): _cleaned(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return TOKEN.sub("…", ADDRESS.sub("…@…", str(value)))


def logging_config(*, level: str, readable: bool) -> None:
    """Set up the root logger; ``readable`` writes lines for a person, else JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if readable
        else structlog.processors.JSONRenderer()
    )
    logging.config.dictConfig(_dict_config(shared, renderer, level))


def _dict_config(shared: list[Processor], renderer: Processor, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    without_addresses,
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Says "Not Found: /path", token included; RequestLog says the same without it.
            "django.request": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
        },
    }


def request_id() -> str:
    """Return the id of the request (or of the task it rang for) now being served; blank outside one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
