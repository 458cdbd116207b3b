"""The City's list of certified businesses: what is kept of it, who of ours is on it, and what follows."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from letters.models import Letter
from opportunities import importing
from opportunities.models import ImportRun
from tests.alerting.post import opened, part
from tests.browsing.pages import text
from tests.factories import StaffFactory, VendorFactory
from tests.getting_ready.certified import NEW, OLD, PRIVATE, file_of, listed
from tests.posting.test_desk import desk, said, sign_in
from vendors import actions, certified, fetching, tasks
from vendors.actions import register
from vendors.models import CertifiedBusiness, Holding, HoldingChange, RegisterMatch

__all__ = ["desk", "sign_in"]

pytestmark = pytest.mark.django_db

KIND = importing.KINDS["register"]
SMITH = listed("Smith & Sons, Inc.", "MBE, WBE")


def received(*firms, moment, dated_on=date(2027, 1, 4), **how):
    return importing.receive(
        BytesIO(file_of(*firms, **how)), "list.csv", KIND, by=None, moment=moment, dated_on=dated_on
    )


def loaded(*firms, moment, **how):
    run = importing.finish_now(received(*firms, moment=moment, **how))
    importing.start(run, by=None, moment=moment)
    return importing.finish_now(run)


def names():
    return sorted(CertifiedBusiness.objects.current().values_list("name", flat=True))


def match_of(vendor):
    return RegisterMatch.objects.get(vendor=vendor)


def confirmed(vendor, moment):
    return actions.confirm_match(match_of(vendor), by=StaffFactory.create(), moment=moment)


# --- What is kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("headings", "in_passport"), [(NEW, True), (OLD, None)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_both_vintages_are_read_by_their_headings(noon, headings, in_passport, encoding):
    run = loaded(SMITH, moment=noon, headings=headings, encoding=encoding)

    one = CertifiedBusiness.objects.current().get()
    assert (run.state, run.applied_count) == ("done", 1)
    assert (one.name, one.zip_code, one.certifications, one.counts_for_mwbe) == (
        "Smith & Sons, Inc.",
        "10001",
        ["MBE", "WBE"],
        True,
    )
    assert (one.renewal_on, one.naics, one.nigp, one.in_passport) == (
        date(2029, 6, 30),
        " 541512 ",
        " 20854 92045 ",
        in_passport,
    )


@pytest.mark.parametrize("headings", [NEW, OLD])
def test_no_byte_of_names_phones_addresses_and_ethnicity_is_stored(noon, headings):
    received(SMITH, moment=noon, headings=headings)
    seen = [everything_stored()]
    importing.work()
    run = ImportRun.objects.get()
    seen.append(everything_stored())
    importing.start(run, by=None, moment=noon)
    importing.work()
    seen.append(everything_stored())

    assert any("Smith" in stored for stored in seen)
    assert [word for stored in seen for word in PRIVATE.values() if word in stored] == []


def everything_stored() -> str:
    """Return every cell of every table, packed ones unpacked."""
    import zlib

    cells = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            cells += [cell for row in cursor.fetchall() for cell in row]
    raw = [bytes(cell) for cell in cells if isinstance(cell, bytes | memoryview)]
    unpacked = [zlib.decompress(cell).decode() for cell in raw if cell[:1] == b"\x78"]
    return "\n".join([*map(str, cells), *(cell.decode("latin-1") for cell in raw), *unpacked])


@pytest.mark.parametrize(
    ("cell", "held", "counts"),
    [
        ("MBE", ["MBE"], True),
        ("wbe", ["WBE"], True),
        ("MBE, WBE", ["MBE", "WBE"], True),
        ("MBE;WBE;LBE", ["MBE", "WBE", "LBE"], True),
        ("MBE/WBE", ["MBE", "WBE"], True),
        ("MBE & WBE", ["MBE", "WBE"], True),
        ("Minority Owned Business Enterprise (MBE)", ["MBE"], True),
        ("Women-Owned Business Enterprise", ["WBE"], True),
        ("M/WBE", [], False),
        ("EBE", ["EBE"], False),
        ("LBE", ["LBE"], False),
        ("DBE", ["DBE"], False),
        ("NYS MBE", ["State"], False),
        ("State WBE, LBE", ["State", "LBE"], False),
        ("MWBE", [], False),
        ("WBENC", [], False),
        ("", [], False),
    ],
)
def test_only_the_citys_mbe_and_wbe_count(cell, held, counts):
    found = certified.certifications(cell)

    assert (list(found), certified.counts_for_mwbe(found)) == (held, counts)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith & Sons, Inc.", "SMITH AND SONS"),
        ("A.B. Smith L.L.C.", "AB Smith LLC"),
        ("Café Noir Corp", "Cafe Noir Corporation"),
        ("O'Neil Co., Ltd.", "ONeil"),
        ("The Co.", "the"),
    ],
)
def test_names_are_compared_without_points_and_legal_forms(one, other):
    assert certified.name_key(one) == certified.name_key(other) != ""


@pytest.mark.parametrize("name", ["Inc.", "LLC", "Company"])
def test_a_name_that_is_a_legal_form_stays_one(name):
    assert certified.name_key(name) != ""


def test_codes_of_an_older_vintage_are_found_by_the_newer_number():
    assert certified.read({"naics": "511210, 541512"}).naics == ("511210", "541512", "513210")


# --- One list after the other -----------------------------------------------------------------------


def test_the_last_good_list_counts_until_the_new_one_is_whole(noon):
    loaded(listed("First"), moment=noon)

    run = importing.finish_now(received(listed("Second"), listed("Third"), moment=noon))
    assert names() == ["First"]
    assert "1 of them are not in this file, and 2 are new" in run.message
    importing.start(run, by=None, moment=noon)
    importing.finish_now(run)
    assert names() == ["Second", "Third"]
    assert CertifiedBusiness.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"Vendor_Formal_Name,Certification\nA,MBE\n", "lacks these columns: Postcode"),
        (file_of(listed("A", "LBE")), "lists no business as MBE or WBE"),
        (file_of(), "no rows"),
        (b"PK\x03\x04", "packed file"),
    ],
)
def test_a_list_that_is_none_leaves_the_last_one_in_place(noon, content, why):
    loaded(listed("First"), moment=noon)

    run = importing.receive(BytesIO(content), "list.csv", KIND, by=None, moment=noon)
    run = importing.finish_now(run)

    assert (run.state, names()) == ("refused", ["First"])
    assert why in run.message
    assert CertifiedBusiness.objects.count() == 1


def test_the_command_loads_a_list_and_says_what_it_did(noon, tmp_path, capsys):
    file = tmp_path / "list.csv"
    file.write_bytes(file_of(SMITH, listed("Other")))

    call_command("load_certified_list", file, "--dated", "2027-01-04")
    call_command("load_certified_list", file)

    assert capsys.readouterr().out.splitlines() == [
        "It is the first list.",
        "2 businesses are on the list that counts now.",
        "The list of Jan. 4, 2027 that counts now has 2 businesses; 0 of them are not in this file, and 0 are new.",
        "2 businesses are on the list that counts now.",
    ]


def test_the_command_names_a_file_that_it_cannot_take(tmp_path):
    file = tmp_path / "list.csv"
    file.write_bytes(b"a,b\n1,2\n")

    with pytest.raises(CommandError, match="lacks these columns"):
        call_command("load_certified_list", file)
    with pytest.raises(CommandError, match="cannot be opened"):
        call_command("load_certified_list", Path("nowhere.csv"))


# --- Who of ours is on it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "is_suggested"),
    [
        ({"name": "SMITH AND SONS INC", "zip_code": "10001"}, True),
        ({"name": "Something", "dba": "Smith & Sons", "zip_code": "10001-1234"}, True),
        ({"name": "Smith & Sons"}, True),
        ({"name": "Smith & Sons", "zip_code": "10002"}, False),
        ({"name": "Smith & Daughters", "zip_code": "10001"}, False),
    ],
)
def test_businesses_with_name_and_zip_code_of_the_list_are_suggested(noon, facts, is_suggested):
    vendor = VendorFactory.create(**facts)
    loaded(SMITH, moment=noon)
    actions.suggest(type(vendor).objects.all(), moment=noon)

    assert RegisterMatch.objects.to_confirm().filter(vendor=vendor).exists() is is_suggested
    assert not Holding.objects.filter(state="verified").exists()


def test_confirming_verifies_certification_and_passport_as_of_the_day_of_the_list(noon):
    vendor = VendorFactory.create(name="Smith & Sons", zip_code="10001")
    loaded(SMITH, moment=noon)

    confirmed(vendor, noon)
    confirmed(vendor, noon)

    held = Holding.objects.filter(vendor=vendor).by_key()
    assert {key: (one.state, one.verified_how) for key, one in held.items()} == {
        "mwbe-certification": ("verified", "city-list"),
        "passport-account": ("verified", "city-list"),
    }
    certificate = held["mwbe-certification"]
    assert (certificate.expires_on, certificate.covers) == (date(2029, 6, 30), ["MBE", "WBE"])
    assert match_of(vendor).listed_on == date(2027, 1, 4)
    assert set(HoldingChange.objects.values_list("reason", flat=True)) == {
        "On the City’s list of Jan. 4, 2027"
    }


def test_what_the_old_list_does_not_say_is_not_verified(noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(listed("Smith & Sons", "MBE", Enrolled_in_PASSPort="No"), moment=noon)

    confirmed(vendor, noon)

    assert list(Holding.objects.values_list("requirement", flat=True)) == ["mwbe-certification"]


def test_what_staff_decide_while_a_list_takes_its_place_stands(noon, monkeypatch):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, moment=noon)
    looked_up, staff = register._listed, StaffFactory.create()

    def and_meanwhile(*asked):
        monkeypatch.undo()  # once
        actions.reject_match(match_of(vendor), by=staff, moment=noon)
        return looked_up(*asked)

    monkeypatch.setattr(register, "_listed", and_meanwhile)
    loaded(SMITH, moment=noon + timedelta(days=7))

    assert (match_of(vendor).state, match_of(vendor).decided_by) == ("rejected", staff)


def test_a_rejected_match_is_not_suggested_again(noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, moment=noon)
    actions.reject_match(match_of(vendor), by=StaffFactory.create(), moment=noon)

    loaded(SMITH, moment=noon)
    tasks.suggest_matches()

    assert match_of(vendor).state == "rejected"
    assert not Holding.objects.exists()


def test_a_business_is_confirmed_as_one_row_only(noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, listed("Smith & Sons LLC", zip_code="10002"), moment=noon)
    first, second = RegisterMatch.objects.order_by("pk")
    actions.confirm_match(first, by=StaffFactory.create(), moment=noon)

    with pytest.raises(actions.AlreadyMatched):
        actions.confirm_match(second, by=StaffFactory.create(), moment=noon)
    assert RegisterMatch.objects.filter(vendor=vendor, state="confirmed").count() == 1


def test_a_business_that_drops_off_is_flagged_told_once_and_keeps_what_it_has(noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, moment=noon)
    confirmed(vendor, noon)

    for weeks in (1, 2):
        loaded(listed("Other"), moment=noon + timedelta(weeks=weeks), dated_on=date(2027, 1, 4 + 7 * weeks))  # fmt: skip

    assert list(RegisterMatch.objects.dropped()) == [match_of(vendor)]
    assert match_of(vendor).dropped_at == noon
    assert set(Holding.objects.values_list("state", flat=True)) == {"verified"}
    letter = Letter.objects.get(kind="off-the-list")
    assert letter.subject == "Smith & Sons is not on the City’s newest list of certified businesses"
    assert letter.to_address == vendor.memberships.get().user.email


def test_whoever_drops_off_reads_so_in_their_language(noon, settings):
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    vendor = VendorFactory.create(name="Smith & Sons")
    vendor.memberships.update(language="es")
    loaded(SMITH, moment=noon)
    confirmed(vendor, noon)

    loaded(listed("Other"), moment=noon)

    assert 'lang="es"' in part(opened(Letter.objects.get(kind="off-the-list")), "html")


def test_the_business_reads_on_its_pages_what_the_list_says(client, noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    client.force_login(vendor.memberships.get().user)
    loaded(SMITH, moment=noon)
    assert "City’s list of" not in text(client.get(vendor.get_absolute_url()))
    confirmed(vendor, noon)

    on_it = "Verified on the City’s list of Jan. 4, 2027, as “Smith &amp; Sons, Inc.”."
    for page in ("", "mwbe-certification/"):
        assert on_it in text(client.get(f"{vendor.get_absolute_url()}{page}"))
    loaded(listed("Other"), moment=noon)

    page = text(client.get(vendor.get_absolute_url()))
    assert on_it not in page
    assert "is missing from the City’s list of certified businesses since Jan. 12, 2027." in page


def test_the_flag_goes_by_itself_when_the_business_is_back(noon):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, moment=noon)
    confirmed(vendor, noon)
    loaded(listed("Other"), moment=noon)

    renewed = SMITH | {"Certification_Renewal_Date": "6/30/2034"}
    loaded(renewed, moment=noon, dated_on=date(2027, 2, 1))

    assert not RegisterMatch.objects.dropped().exists()
    certificate = Holding.objects.get(requirement="mwbe-certification")
    assert (certificate.expires_on, certificate.state) == (date(2034, 6, 30), "verified")


# --- At the desk ------------------------------------------------------------------------------------


def test_staff_upload_a_list_and_confirm_who_is_on_it(desk):
    vendor = VendorFactory.create(name="Smith & Sons", zip_code="10001")
    file = SimpleUploadedFile("list.csv", file_of(SMITH))
    page = desk.post(
        "/admin/opportunities/importrun/add/",
        {"kind": "register", "file": file, "dated_on": "2027-01-04", "_upload": "1"},
        follow=True,
    )
    assert "It is the first list." in text(page)
    desk.post(page.redirect_chain[-1][0], {"_start": "1"})

    address = f"/admin/vendors/registermatch/{match_of(vendor).pk}/change/"
    assert "Is it the same business?" in text(desk.get(address))
    answer = desk.post(address, {"_confirm": "1"})
    assert said(answer) == [("success", "Confirmed. What the list says of it is verified.")]
    assert "Verified on the City’s list of Jan. 4, 2027." in text(desk.get(address))
    assert "Smith &amp; Sons, Inc." in text(desk.get("/admin/vendors/certifiedbusiness/"))


@pytest.mark.parametrize(
    ("permissions", "sees", "may_confirm"),
    [
        (["view_registermatch", "confirm_match"], 200, 302),
        (["view_registermatch"], 200, 403),
        (["add_opportunity"], 403, 403),
    ],
)
def test_who_may_confirm(sign_in, noon, permissions, sees, may_confirm):
    vendor = VendorFactory.create(name="Smith & Sons")
    loaded(SMITH, moment=noon)
    client, address = (
        sign_in(*permissions),
        f"/admin/vendors/registermatch/{match_of(vendor).pk}/change/",
    )

    assert client.get(address).status_code == sees
    assert client.post(address, {"_confirm": "1"}).status_code == may_confirm


def test_whoever_may_only_add_purchases_sees_no_list_of_the_city(sign_in, noon):
    run = received(SMITH, moment=noon)
    client = sign_in("add_opportunity")

    assert "register" not in text(client.get("/admin/opportunities/importrun/add/"))
    assert client.get(f"/admin/opportunities/importrun/{run.pk}/change/").status_code == 404


# --- From its address -------------------------------------------------------------------------------


def test_without_an_address_nothing_is_asked_of_anybody(settings, capsys):
    settings.CERTIFIED_LIST_URL = ""

    assert tasks.fetch_certified_list() == 0
    call_command("load_certified_list")
    assert "No address is set" in capsys.readouterr().out
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("address", "found", "why"),
    [
        ("http://data.example/list.csv", "93.184.216.34", "does not begin with https"),
        ("file:///etc/passwd", "93.184.216.34", "does not begin with https"),
        ("https://data.example/list.csv", "10.0.0.5", "private network"),
        ("https://data.example/list.csv", "127.0.0.1", "private network"),
        ("https://data.example/list.csv", "169.254.169.254", "private network"),
        ("https://data.example/list.csv", "::1", "private network"),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(settings, monkeypatch, address, found, why):
    settings.CERTIFIED_LIST_URL = address
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", (found, 443))])

    with pytest.raises(fetching.NotFetched, match=why):
        fetching.fetch()


class Answers:
    """Stands for the City's server: what it answers, and what it was asked."""

    def __init__(self, status, content):
        self.status, self.content = status, BytesIO(content)

    def __call__(self, *_args, **_kwargs):
        return self

    def request(self, method, target, headers):
        self.asked = (method, target)

    def getresponse(self):
        return self

    def read(self, size):
        return self.content.read(size)

    def close(self):
        pass


@pytest.fixture
def city(settings, monkeypatch):
    def answers(status, content):
        settings.CERTIFIED_LIST_URL = "https://data.example/list.csv?all=1"
        monkeypatch.setattr(fetching, "_refuse_private", lambda *_args: None)
        server = Answers(status, content)
        monkeypatch.setattr(fetching, "HTTPSConnection", server)
        return server

    return answers


def test_a_list_that_is_fetched_takes_its_place(noon, city):
    server = city(200, file_of(SMITH))

    assert tasks.fetch_certified_list() == 1
    assert (server.asked, names()) == (("GET", "/list.csv?all=1"), ["Smith & Sons, Inc."])


def test_a_list_is_fetched_once_a_week_however_often_the_clock_rings(noon, city):
    city(200, file_of(SMITH))
    tasks.fetch_certified_list()
    city(200, file_of(listed("Other")))

    assert tasks.fetch_certified_list() == 0
    ImportRun.objects.update(at=noon - timedelta(days=7))
    assert tasks.fetch_certified_list() == 1
    assert names() == ["Other"]


def test_half_a_list_waits_for_a_person(noon, city):
    loaded(*[listed(f"Firm {n}") for n in range(10)], moment=noon)
    city(200, file_of(*[listed(f"Firm {n}") for n in range(8)]))

    assert tasks.fetch_certified_list() == 0
    assert len(names()) == 10
    assert ImportRun.objects.latest("pk").state == "checked"


@pytest.mark.parametrize(("status", "size"), [(302, 0), (500, 0), (200, 32 * 1024 * 1024 + 1)])
def test_redirects_errors_and_floods_leave_the_last_list_in_place(noon, city, status, size):
    loaded(listed("First"), moment=noon)
    city(status, b"a" * size)

    assert tasks.fetch_certified_list() == 0
    assert names() == ["First"]
