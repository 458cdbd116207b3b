"""The demonstration's inbox: shows the mail folder as a mail program would. Embedded mode only."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from letters.backends import mail_folder

# Letters carry their styles in attributes: mail programs need it. Nothing else may run in the page.
AS_IN_A_MAIL_PROGRAM = {"style-src": ["'unsafe-inline'"], "sandbox": [""]}


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    folder = mail_folder()
    newest_first = sorted(folder.keys(), reverse=True)[:200]
    return render(
        request, "letters/inbox.html", {"letters": [(key, _read(key)) for key in newest_first]}
    )


@require_safe
def letter(request: HttpRequest, key: str) -> HttpResponse:
    message = _read(key)
    return render(
        request,
        "letters/letter.html",
        {
            "key": key,
            "letter": message,
            "headers": message.items(),
            "text": _part(message, "plain"),
        },
    )


@require_safe
@csp_replace(AS_IN_A_MAIL_PROGRAM)  # type: ignore[arg-type]  # typed for views without arguments
def letter_html(request: HttpRequest, key: str) -> HttpResponse:
    """Show the HTML part alone, sandboxed."""
    return HttpResponse(_part(_read(key), "html"))


def _read(key: str) -> EmailMessage:
    try:
        return message_from_bytes(mail_folder().get_bytes(key), policy=policy.default)
    except KeyError:
        raise Http404 from None


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body(preferencelist=(subtype,))
    return str(body.get_content()) if body else ""
