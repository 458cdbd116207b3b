"""Every kind of letter, as a mail server gets it: no filter takes it for spam, its headers say what the standards
want, and both its parts state the same facts. All are left in ``test-output/letters``.
"""

import os
import re
import subprocess
from email import message_from_bytes, policy
from html.parser import HTMLParser
from itertools import product
from mailbox import mbox

import pytest

from accounts.composing import CODES, NOTICES
from tests.alerting.post import LINK, part
from tests.environment import ROOT
from tests.letters.kinds import KINDS, LANGUAGES, READER, as_if_translated, sent

pytestmark = pytest.mark.django_db

FOLDER = ROOT / "test-output" / "letters"
# Some of each app, and the longest.
IN_EVERY_LANGUAGE = (
    "alerts-confirm",
    "alerts-several",
    "accounts-login-code",
    "vendors-several-lapsing",
)
MOST_POINTS = 1.0  # filters put a letter away from 5 on, as they are usually set
SPAM = b"X-Letter-ID: spam\r\n\r\nXJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
FILTER = (
    "spamassassin", "--local", "--mbox", "--nocreate-prefs", "--prefspath=/dev/null", "--cf=use_bayes 0",
    "--cf=report_safe 0",
    # It takes é and the Russian е for an e in disguise. For languages that have them its authors advise so much.
    "--cf=score MIXED_ES 0.01",
)  # fmt: skip
LONGEST_LINE = 998  # RFC 5322
WORD = re.compile(r"[\w$.’-]*\w")
DAY = re.compile(r"[A-Z][a-z]+\.? \d+, \d{4}")
# Every header of a letter, each once. RFC 5322, 2045, 3834; Gmail's Feedback-ID ends in 5 to 15 letters that stay.
EVERY = {
    "From": "NYC Law Department Purchases <purchases@example.gov>",
    "To": READER,
    "Subject": ".+",
    "Date": r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000",
    "Message-ID": r"<[0-9a-f-]{36}@example\.gov>",
    "MIME-Version": r"1\.0",
    "Content-Type": "multipart/alternative; boundary=.+",
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    "Feedback-ID": r"[a-z.-]+:\d+:[a-z-]{5,15}",
    "X-Letter-ID": "[0-9a-f-]{36}",
}
# What comes again and again can be stopped by one press: RFC 8058, 2369, 2919.
NEWS = EVERY | {
    "List-Help": r"<https://purchases\.example\.gov/alerts/>",
    "List-Unsubscribe": r"<https://purchases\.example\.gov/alerts/stop/[^<>,\s]{40,}/>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    "List-Id": r"Purchases of the NYC Law Department <alerts\.example\.gov>",
}
STATUS = re.compile(r"score=(-?[\d.]+) .*?tests=(.*?)\sautolearn=", re.DOTALL)


@pytest.fixture
def production(settings):
    """Names as the portal has them where it runs for real: filters look at them."""
    settings.LANGUAGES = [("en", "English"), *((code, code) for code in LANGUAGES)]
    settings.SITE_URL = "https://purchases.example.gov"
    settings.DEFAULT_FROM_EMAIL = "NYC Law Department Purchases <purchases@example.gov>"


@pytest.mark.programs("spamassassin")
@pytest.mark.only_on("postgresql")
def test_no_filter_takes_a_letter_for_spam(mailserver, production, tmp_path):
    letters = {name: sent(name, mailserver) for name in KINDS}
    with as_if_translated():
        for name, language in product(IN_EVERY_LANGUAGE, LANGUAGES):
            letters[f"{name} {language}"] = sent(name, mailserver, language=language)

    points = judged([SPAM, *letters.values()], tmp_path)

    assert points.pop("spam")[0] > 100  # it is awake
    found = {name: points.pop(opened(raw)["X-Letter-ID"]) for name, raw in letters.items()}
    assert {name: said for name, said in found.items() if said[0] >= MOST_POINTS} == {}


def judged(letters, folder):
    """Return what the filter says of each letter by its ``X-Letter-ID``: points, and the rules that gave any."""
    box = mbox(folder / "letters")
    for letter in letters:
        box.add(letter)
    box.close()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    command = [*FILTER, folder / "letters"]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    (folder / "judged").write_bytes(done.stdout)
    box = mbox(folder / "judged")
    said = {mail["X-Letter-ID"]: STATUS.findall(mail["X-Spam-Status"])[0] for mail in box}
    box.close()
    return {
        number: (float(points), "".join(rules.split())) for number, (points, rules) in said.items()
    }


def opened(raw):
    return message_from_bytes(raw, policy=policy.default)


SUBJECTS = {
    "alerts-confirm": "Please confirm: alerts about Law Department purchases",
    "alerts-manage": "Your link to manage alerts about Law Department purchases",
    "alerts-already-open": "Open now: Courtroom Display Boards",
    "alerts-new": "New: Courtroom Display Boards",
    "alerts-opened": "Opening: Courtroom Display Boards",
    "alerts-closing": "Closing soon: Courtroom Display Boards",
    "alerts-changed": "Changed: Courtroom Display Boards",
    "alerts-cancelled": "Cancelled: Mail Room Scales",
    "alerts-awarded": "Decided: Court Reporting",
    "alerts-several": "5 purchases for you: Smartboards and more",
    "alerts-more-than-shown": "52 purchases for you: Office Chairs 0 and more",
    **{f"accounts-{event.replace('_', '-')}": "Your code for the Law Department’s purchases site" for event in CODES},
    "accounts-account-already-exists": "You have an account already",
    "accounts-unknown-account": "There is no account with this address",
    "accounts-account-opened": "An account was opened for you",
    **{f"accounts-{event.replace('_', '-')}": "A change to your account" for event in NOTICES},
    "vendors-invitation": "Speak for Harbor Boards & Sons on the Law Department’s purchasing portal",
    "vendors-lapsing": "City M/WBE certification of Harbor Boards & Sons ends on {day}",
    "vendors-looking-again": "Look again by {day}: Ordering Email Address in PIP of Harbor Boards & Sons",
    "vendors-several-lapsing": "2 things end soon for Harbor Boards & Sons: Ordering Email Address in PIP on {day}",
    "vendors-off-the-list": "Harbor Boards & Sons is not on the City’s newest list of certified businesses",
}  # fmt: skip


@pytest.mark.only_on("sqlite")
def test_every_letter_says_what_it_must(mailserver, production):
    FOLDER.mkdir(parents=True, exist_ok=True)
    problems, subjects = [], {}
    for name in KINDS:
        raw = sent(name, mailserver)
        (FOLDER / f"{name}.eml").write_bytes(raw)
        letter = opened(raw)
        subjects[name] = letter["Subject"].strip()
        is_news = name.startswith("alerts-") and name not in {"alerts-confirm", "alerts-manage"}
        wrong = [*in_bytes(raw), *in_headers(letter, NEWS if is_news else EVERY), *in_parts(letter)]
        problems += [f"{name}: {each}" for each in wrong]

    assert problems == []
    assert {name: DAY.sub("{day}", subject) for name, subject in subjects.items()} == SUBJECTS


def in_bytes(raw):
    """Yield what a relay would have to rewrite, and so break the signature of."""
    if not raw.isascii() or b"\n" in raw.replace(b"\r\n", b""):
        yield "not plain lines of ASCII"
    if max(map(len, raw.split(b"\r\n"))) > LONGEST_LINE:
        yield "a line too long for SMTP"


def in_headers(letter, wanted):
    """Yield headers that are missing, too many or not as ``wanted``, each a name and an expression."""
    names = [name for name, _value in letter.items()]
    if sorted(names) != sorted(wanted):
        yield f"headers {set(names) ^ set(wanted) or names}"
    for name, expression in wanted.items():
        if not re.fullmatch(expression, (letter[name] or "").strip()):
            yield f"{name}: {letter[name]}"
    if letter["X-Letter-ID"] not in letter["Message-ID"]:
        yield "Message-ID is not the letter’s number"


def in_parts(letter):
    """Yield what one part says and the other does not. Headings and words of links are the HTML’s own."""
    if [each.get_content_type() for each in letter.iter_parts()] != ["text/plain", "text/html"]:
        yield "not a text followed by its HTML"
    plain, html = Said(part(letter, "plain")), Read(part(letter, "html"))
    yield from (f"{link} is in one part only" for link in plain.links ^ html.links)
    yield from (f"“{word}” is in the text only" for word in plain.words - html.words)
    yield from (f"“{word}” is in the HTML only" for word in html.words_of_its_text - plain.words)
    if html.loads:
        yield f"the HTML loads {html.loads}"


class Said:
    """The links and the words of a plain text."""

    def __init__(self, text):
        self.links = set(LINK.findall(text))
        self.words = words_in(text)


class Read(HTMLParser):
    """The same of HTML, as its reader sees it, and whatever it would load."""

    def __init__(self, html):
        super().__init__()
        self.links, self.words, self.words_of_its_text, self.loads, self.within = (
            set(),
            set(),
            set(),
            [],
            [],
        )
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.loads += [value for name, value in attrs if name in {"src", "background", "srcset"}]
        if tag == "a":
            self.links.add(given["href"])
        if tag not in {"meta", "br"}:
            self.within.append(tag)

    def handle_endtag(self, tag):
        assert self.within.pop() == tag

    def handle_data(self, data):
        if not {"style", "title"} & set(self.within):
            self.words |= words_in(data)
            if not {"a", "h1"} & set(self.within):
                self.words_of_its_text |= words_in(data)


def words_in(text):
    return set(WORD.findall(LINK.sub("", text).casefold()))


def test_relay_is_told_to_sign_every_header():
    said = (ROOT / "docs" / "operating.md").read_text()
    signed = re.search(r"headers to be signed \(`h=`\):\s+```([^`]+)```", said)

    assert signed
    assert set(NEWS) <= set(signed[1].strip().split(":"))
