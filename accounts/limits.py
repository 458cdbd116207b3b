"""How often one may try, by address of the page. Nobody is locked out because a stranger guesses.

A limit counts one *place* (what a visitor has of the network), tries at one *account* from one place, or one
*person* who has got past the first question already.
"""

from dataclasses import dataclass
from unicodedata import normalize

from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest

from core.http import client_network
from core.ratelimit import allow
from letters.addresses import address_key, bombing_key

MINUTE, HOUR = 60, 3600
LETTERS_AN_HOUR = 5  # to one mailbox, asked for by anybody


@dataclass(frozen=True)
class Limit:
    amount: int
    seconds: int
    of: str = "place"


AT_A_PLACE = Limit(20, MINUTE)
ASKING = (AT_A_PLACE, Limit(30, HOUR))  # an office shares one address
# The password is right: only the second factor is open.
KNOWN = (Limit(10, 5 * MINUTE, of="person"),)

LIMITS = {
    "account_login": (Limit(5, MINUTE, of="account"), AT_A_PLACE),
    "account_signup": ASKING,
    "account_request_login_code": ASKING,
    "account_reset_password": ASKING,
    "account_confirm_login_code": (AT_A_PLACE,),  # each code bears three tries
    "account_confirm_password_reset_code": (AT_A_PLACE,),
    "account_email_verification_sent": (AT_A_PLACE,),
    "mfa_login_webauthn": (AT_A_PLACE,),
    "nyc_id:start": (AT_A_PLACE,),
    "mfa_authenticate": KNOWN,
    "mfa_reauthenticate": KNOWN,
    "mfa_reauthenticate_webauthn": KNOWN,
    "mfa_activate_totp": KNOWN,
    "account_reauthenticate": KNOWN,
    "account_change_password": KNOWN,
    "account_email": KNOWN,
    "accounts:address_codes": KNOWN,
    "accounts:delete": KNOWN,
}


def seconds_to_wait(request: HttpRequest) -> int:
    """Count this try; return 0 where it may go on, else for how long to wait."""
    match = request.resolver_match
    if request.method != "POST" or match is None:
        return 0
    action = match.view_name
    limits = LIMITS.get(action, ())
    refused = [each for each in limits if not _may(request, action, each)]
    return max((limit.seconds for limit in refused), default=0)


def may_write_to(address: str) -> bool:
    """Count a letter that somebody asked for; False once its mailbox has had its share of this hour."""
    return allow("account-letter", bombing_key(address), limit=LETTERS_AN_HOUR, seconds=HOUR)


def _may(request: HttpRequest, action: str, limit: Limit) -> bool:
    name = f"{action}/{limit.of}/{limit.seconds}"
    return allow(name, _caller(request, limit.of), limit=limit.amount, seconds=limit.seconds)


def _caller(request: HttpRequest, of: str) -> str:
    place = client_network(request)
    if of == "place":
        return place
    if of == "account":
        return f"{place}/{_account_key(request.POST.get('login', ''))[:254]}"
    if request.user.is_authenticated:
        return f"person {request.user.pk}"
    login = unstash_login(request, peek=True)
    return f"person {login.user.pk}" if login and login.user else place


def _account_key(typed: str) -> str:
    """Return one key for all that may find the same account: forms unfold letters, databases compare capitals."""
    return address_key(normalize("NFKC", typed).upper())
