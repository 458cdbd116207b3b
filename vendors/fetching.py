"""The City's list from the address that the operator has set. With none set nothing is asked of anybody."""

import socket
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from tempfile import TemporaryFile
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from core.sheets import LARGEST_FILE

TIMEOUT = 30  # seconds
BLOCK = 256 * 1024
NAME = "certified-list.csv"


class NotFetched(Exception):
    """The list did not come; the text says why."""


def fetch() -> IO[bytes]:
    """Return the list as a file at its start. Raises ``NotFetched``, also while no address is set."""
    address = settings.CERTIFIED_LIST_URL
    if not address:
        raise NotFetched(_("No address is set (CERTIFIED_LIST_URL), so nothing was asked for."))
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise NotFetched(_("The address in CERTIFIED_LIST_URL does not begin with https://."))
    _refuse_private(parts.hostname, parts.port or 443)
    connection = HTTPSConnection(parts.hostname, parts.port or 443, timeout=TIMEOUT)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request("GET", target, headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        if answer.status != 200:  # redirects are not followed: they may lead anywhere
            raise NotFetched(_("The City’s server answered %d.") % answer.status)
        return _bounded(answer)
    except (OSError, HTTPException) as error:
        raise NotFetched(
            _("The City’s server could not be reached (%s).") % type(error).__name__
        ) from None
    finally:
        connection.close()


def _refuse_private(host: str, port: int) -> None:
    """Refuse a name that leads into a private network: the operator may have mistyped, or the name been taken over."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotFetched(_("The host %s is not known.") % host) from None
    if not all(ip_address(each[4][0]).is_global for each in found):
        raise NotFetched(_("The host %s leads into a private network.") % host)


def _bounded(answer: IO[bytes]) -> IO[bytes]:
    file, size = TemporaryFile(), 0  # noqa: SIM115  (whoever asked closes it)
    while block := answer.read(BLOCK):
        size += len(block)
        if size > LARGEST_FILE:
            file.close()
            raise NotFetched(_("The file is larger than 32 MB."))
        file.write(block)
    file.seek(0)
    return file
