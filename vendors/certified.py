"""The City's list of certified businesses (data set ci93-uc8s): its columns, and what its cells mean.

Its headings have changed twice, so they are found by alias. Names of people, phones, addresses and ethnicity have
no name here: such columns are dropped before a row goes any further.
"""

import re
from dataclasses import dataclass
from datetime import date

from core.sheets import Columns
from core.text import one_line
from opportunities.analysis import plain_words
from opportunities.importing import cells as read_cell
from vendors.choices import COUNT_FOR_MWBE, Certification

COLUMNS = Columns(
    headings={
        "name": ("Vendor_Formal_Name", "Vendor Formal Name", "Business Name"),
        "dba": ("Vendor_DBA", "Vendor DBA", "DBA"),
        "zip": ("Postcode", "ZIP", "Zip Code", "Zip_Code"),
        "certification": ("Certification", "Certifications"),
        "renewal": (
            "Certification_Renewal_Date",
            "Cert_Renewal_Date",
            "Certification Renewal Date",
        ),
        "naics": ("ID6_digit_NAICS_code", "6 digit NAICS code", "NAICS_code", "NAICS"),
        "nigp": ("NIGP_codes", "NIGP codes"),
        "passport": ("Enrolled_in_PASSPort", "Enrolled in PASSPort"),
        "website": ("Website",),
    },
    needed=frozenset(["name", "zip", "certification"]),
)

# Legal forms, which one list has and the other has not.
FORMS = frozenset(
    [
        "inc",
        "incorporated",
        "llc",
        "lp",
        "llp",
        "pllc",
        "pc",
        "corp",
        "corporation",
        "co",
        "company",
        "ltd",
        "limited",
    ]
)
TOKEN = re.compile(r"[A-Z]+(?:/[A-Z]+)*")
STATE = re.compile(r"\b(?:STATE|NYS)\b")
IN_FULL = (
    (re.compile(r"MINORITY[- ]+(?:OWNED[- ]+)?BUSINESS(?:[- ]+ENTERPRISE)?"), "MBE"),
    (re.compile(r"WOM[AE]N[- ]+(?:OWNED[- ]+)?BUSINESS(?:[- ]+ENTERPRISE)?"), "WBE"),
    (re.compile(r"EMERGING[- ]+BUSINESS(?:[- ]+ENTERPRISE)?"), "EBE"),
    (re.compile(r"LOCALLY?[- ]+(?:BASED|OWNED)[- ]+(?:BUSINESS(?:[- ]+)?)?ENTERPRISE"), "LBE"),
)
KNOWN = {one.value.upper(): one.value for one in Certification}
ZIP = re.compile(r"\d{5}")
# What was split or renamed in NAICS 2022, as far as the list is known to have it.
NAICS_NOW = {"511210": "513210"}


@dataclass(frozen=True)
class Listed:
    """What is kept of a row of the list, and nothing else."""

    name: str
    dba: str
    zip_code: str
    certifications: tuple[str, ...]
    renewal_on: date | None
    naics: tuple[str, ...]
    nigp: tuple[str, ...]
    in_passport: bool | None
    website: str


def read(cells: dict[str, str]) -> Listed:
    """Read a row; what is missing or makes no sense is blank."""
    renewal = read_cell.day(cells.get("renewal", ""))
    in_zip = ZIP.match(cells.get("zip", ""))
    return Listed(
        name=one_line(cells.get("name", ""))[:200],
        dba=one_line(cells.get("dba", ""))[:200],
        zip_code=in_zip[0] if in_zip else "",
        certifications=certifications(cells.get("certification", "")),
        renewal_on=renewal if isinstance(renewal, date) else None,
        naics=_naics(cells.get("naics", "")),
        nigp=_numbers(cells.get("nigp", ""), r"\d{3}(?:-?\d{2})?"),
        in_passport={"yes": True, "no": False}.get(cells.get("passport", "").casefold()),
        website=one_line(cells.get("website", ""))[:200],
    )


def certifications(said: str) -> tuple[str, ...]:
    """Return which certificates a cell names, in our words.

    “M/WBE” is no WBE: who is one is called so. What the State has certified is not of the City.
    """
    found: list[str] = []
    for part in re.split(r"[,;|\n]", said.upper()):
        if STATE.search(part):
            found.append(Certification.STATE)
            continue
        words = part
        for full, short in IN_FULL:
            words = full.sub(f" {short} ", words)
        for token in TOKEN.findall(words):
            parts = token.split("/")
            if all(each in KNOWN for each in parts):
                found += [KNOWN[each] for each in parts]
    return tuple(dict.fromkeys(map(str, found)))


def counts_for_mwbe(held: tuple[str, ...]) -> bool:
    """Whether one of these certificates is the City's as MBE or WBE (Charter section 1304)."""
    return not COUNT_FOR_MWBE.isdisjoint(held)


def name_key(name: str) -> str:
    """Return a name as two are compared: no capitals, accents, points, and no legal form at its end."""
    words = plain_words(name.replace("&", " and ").replace("'", "").replace("’", ""))
    joined = _joined_letters(words)
    while len(joined) > 1 and joined[-1] in FORMS:
        joined.pop()
    return " ".join(joined)[:200]


def _joined_letters(words: list[str]) -> list[str]:
    """Put single letters together: “L.L.C.” and “A.B. Smith” are one word where they stand in a row."""
    joined: list[str] = []
    is_open = False
    for word in words:
        if len(word) == 1 and is_open:
            joined[-1] += word
        else:
            joined.append(word)
        is_open = len(word) == 1
    return joined


def _naics(cell: str) -> tuple[str, ...]:
    codes = _numbers(cell, r"\d{6}")
    return tuple(dict.fromkeys([*codes, *(NAICS_NOW[code] for code in codes if code in NAICS_NOW)]))


def _numbers(cell: str, shape: str) -> tuple[str, ...]:
    found = re.findall(rf"(?<!\d){shape}(?!\d)", cell)
    return tuple(dict.fromkeys(each.replace("-", "") for each in found))[:200]
