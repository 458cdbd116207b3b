"""Which files may belong to a purchase, and what attaching and removing them does."""

import zlib
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from opportunities import actions, attaching
from opportunities.admin import pages
from opportunities.documents import cleaned_name, content_blockers, size_blockers, type_of
from opportunities.models import OpportunityDocument
from opportunities.models.document import LARGEST_FILE
from opportunities.publishing import Refused
from tests.browsing.pages import fields, text
from tests.factories import OpportunityFactory
from tests.posting.test_desk import LIST, change, desk, said, sign_in

__all__ = ["desk", "sign_in"]

PDF = b"%PDF-1.7 words"
PNG = b"\x89PNG\r\n\x1a\n dots"
JPEG = b"\xff\xd8\xff\xe0 dots"


def package(main="word/document.xml", types=b"<Types/>", compression=ZIP_DEFLATED, **parts):
    """Return an Office file of the least parts, and of ``parts`` besides."""
    written = BytesIO()
    with ZipFile(written, "w", compression) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr(main, b"<w/>")
        for name, content in parts.items():
            archive.writestr(name, content)
    return written.getvalue()


XLSX = "xl/workbook.xml"


def locked():
    """Set the bit that says “needs a password” in each header of a file."""
    content = bytearray(package())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 1)
    return bytes(content)


def with_part_called(name):
    written = BytesIO(package())
    with ZipFile(written, "a") as archive:
        entry = ZipInfo("x")
        entry.filename = name  # as it stands: the constructor would tidy it
        archive.writestr(entry, b"<w/>")
    return written.getvalue()


def torn():
    return package(**{"word/media/a.bin": zlib.compress(bytes(range(256)) * 40)})[:-90]


def spoiled():
    content = bytearray(package(compression=0, **{"word/a.xml": b"spoil me please"}))
    content[content.find(b"spoil me")] ^= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("A.PDF", PDF),
        ("a.png", PNG),
        ("a.jpg", JPEG),
        ("a.jpeg", JPEG),
        ("a.docx", package()),
        ("a.xlsx", package(XLSX)),
        ("a.docx", package(compression=0)),
    ],
)
def test_known_files_are_taken(name, content):
    assert content_blockers(name, content) == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a", PDF, "Only PDF"),
        ("a.exe", b"MZ", "Only PDF"),
        ("a.docm", package(), "Only PDF"),
        ("a.svg", b"<svg/>", "Only PDF"),
        ("a.pdf.html", PDF, "Only PDF"),
        ("a.pdf", b"MZ", "is no PDF"),
        ("a.pdf", b" %PDF-1.7", "is no PDF"),
        ("a.pdf", PNG, "is no PDF"),
        ("a.png", JPEG, "is no PNG"),
        ("a.jpg", b"<html>", "is no JPEG"),
        ("a.docx", PDF, "is no Word"),
        ("a.docx", package(XLSX), "is no Word"),
        ("a.xlsx", package(), "is no Excel"),
        ("a.docx", b"PK\x03\x04 and no more", "is no Word"),
        ("a.docx", torn(), "is no Word"),
        ("a.docx", spoiled(), "is no Word"),
        ("a.docx", package(compression=ZIP_BZIP2), "is no Word"),
        ("a.docx", locked(), "needs a password"),
        ("a.docx", package(**{"word/vbaProject.bin": b"x"}), "macros"),
        ("a.docx", package(**{"word/VBAPROJECT.BIN": b"x"}), "macros"),
        ("a.xlsx", package(XLSX, **{"xl/macrosheets/sheet1.xml": b"x"}), "macros"),
        ("a.docx", package(**{"word/activeX/activeX1.xml": b"x"}), "macros"),
        ("a.docx", package(types=b"application/vnd.ms-word.document.macroEnabled.main+xml"), "is no Word"),
        ("a.docx", with_part_called("../../etc/passwd"), "is no Word"),
        ("a.docx", with_part_called("/etc/passwd"), "is no Word"),
        ("a.docx", with_part_called("C:/windows"), "is no Word"),
        ("a.docx", with_part_called("word\\document.xml"), "is no Word"),
        ("a.docx", with_part_called("word/Document.xml"), "is no Word"),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_what_to_do(name, content, words):
    (found,) = content_blockers(name, content)

    assert found.field == "file"
    assert words in found.message


@pytest.mark.parametrize(("more", "is_taken"), [(1998, True), (1999, False), (70_000, False)])
def test_a_package_has_at_most_2000_parts(more, is_taken):
    content = package(**{f"word/{number}": b"" for number in range(more)})

    assert (content_blockers("a.docx", content) == []) is is_taken


@pytest.mark.parametrize(("bytes_more", "is_taken"), [(0, True), (1, False)])
def test_a_package_unpacks_to_at_most_50_mb(bytes_more, is_taken):
    rest = 50 * 1024 * 1024 - len(b"<Types/><w/>")

    found = content_blockers("a.docx", package(**{"word/a": b"\0" * (rest + bytes_more)}))

    assert [f.message[:31] for f in found] == (
        [] if is_taken else ["It unpacks to more than 50 MB. "]
    )


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "empty"), (1, ""), (LARGEST_FILE, ""), (LARGEST_FILE + 1, "larger than 10 MB")],
)
def test_a_file_is_neither_empty_nor_larger_than_10_mb(size, words):
    said = " ".join(found.message for found in size_blockers(size))

    assert bool(said) is bool(words)
    assert words in said


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Scope.pdf", "Scope.pdf"),
        ("../../etc/Scope.pdf", "Scope.pdf"),
        ("C:\\plans\\Scope.pdf", "Scope.pdf"),
        ("Scope\u202efdp.exe.pdf", "Scope fdp.exe.pdf"),
        ("Sc\x00o\r\npe\u200b.pdf", "Sc o pe.pdf"),
        ("  Scope   of work .pdf", "Scope of work.pdf"),
        ('Sc"o|p*e?.pdf', "Sc-o-p-e-.pdf"),
        ("Cafe\u0301.pdf", "Café.pdf"),
        ("范围.docx", "范围.docx"),
        ("...hidden.pdf", "hidden.pdf"),
        ("a" * 200 + ".pdf", "a" * 146 + ".pdf"),
        ("", "-"),
        ("///", "-"),
    ],
)
def test_a_name_is_cleaned_and_keeps_its_ending(typed, kept):
    assert cleaned_name(typed) == kept


@given(st.text(max_size=300))
def test_any_name_is_cleaned_to_one_that_can_be_shown_and_linked(typed):
    name = cleaned_name(typed)

    assert 0 < len(name) <= 150
    assert name.isprintable()
    assert not set("/\\") & set(name)
    assert name not in {".", ".."}
    assert cleaned_name(name) == name


def test_the_type_is_that_of_the_ending():
    assert [type_of(name) for name in ("a.JPEG", "a.b.docx", "pdf", ".pdf")] == [
        "jpg",
        "docx",
        None,
        None,
    ]


# --- Attaching ------------------------------------------------------------------------------------


def upload(name="Scope.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


FOLDER = Path(storages["documents"].path(""))


def stored():
    return {path.name for path in FOLDER.glob("*.*")}


@pytest.fixture(autouse=True)
def _empty_folder():
    """Documents of one test are not those of another."""
    for path in FOLDER.glob("*.*"):
        path.unlink()


@pytest.mark.django_db
def test_attaching_to_what_is_public_is_one_public_change(noon):
    listed = OpportunityFactory.create(published=True, at=noon)

    documents = [attaching.attach(listed, upload(), by=None, moment=noon) for _press in range(2)]

    revision = listed.revisions.latest("number")
    assert documents[0] == documents[1]
    assert (revision.number, revision.kind, revision.is_material) == (2, "amended", True)
    assert revision.changes == [{"field": "documents", "old": [], "new": [documents[0].as_json()]}]
    assert documents[0].as_json() == {
        "key": str(documents[0].key),
        "name": "Scope.pdf",
        "type": "pdf",
        "size": 14,
        "sha256": sha256(PDF).hexdigest(),
    }


@pytest.mark.django_db
def test_a_file_is_stored_under_a_name_that_says_nothing(noon):
    document = attaching.attach(OpportunityFactory.create(), upload(), by=None, moment=noon)

    assert stored() == {f"{document.key.hex}.pdf"}
    with document.file.open("rb") as file:
        assert file.read() == PDF


@pytest.mark.django_db
def test_a_draft_has_no_log_and_publishes_its_documents_with_itself(noon):
    draft = OpportunityFactory.create()
    document = attaching.attach(draft, upload(), by=None, moment=noon)
    assert not draft.revisions.exists()

    actions.publish(draft, by=None, moment=noon)

    assert draft.revisions.get().snapshot["documents"] == [document.as_json()]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Scope.pdf", "SCOPE.PDF"])
def test_another_file_of_the_same_name_is_refused(noon, name):
    draft = OpportunityFactory.create()
    attaching.attach(draft, upload(), by=None, moment=noon)

    with pytest.raises(Refused, match="Rename the file"):
        attaching.attach(draft, upload(name, PDF + b" other"), by=None, moment=noon)

    assert draft.documents.count() == len(stored()) == 1


@pytest.mark.django_db
def test_another_purchase_may_have_a_file_of_that_name(noon):
    for _purchase in range(2):
        attaching.attach(OpportunityFactory.create(), upload(), by=None, moment=noon)

    assert OpportunityDocument.objects.count() == 2


@pytest.mark.django_db
def test_a_name_is_free_again_once_its_file_is_removed(noon):
    listed = OpportunityFactory.create(published=True)
    first = attaching.attach(listed, upload(), by=None, moment=noon)
    attaching.remove(first, by=None, moment=noon)

    attaching.attach(listed, upload(content=PDF + b" other"), by=None, moment=noon)

    assert listed.documents.filter(removed_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_a_purchase_has_at_most_50_documents(noon):
    draft = OpportunityFactory.create()
    for number in range(50):
        attaching.attach(draft, upload(f"{number}.pdf"), by=None, moment=noon)

    with pytest.raises(Refused, match="50 documents"):
        attaching.attach(draft, upload("50.pdf"), by=None, moment=noon)


@pytest.mark.django_db
def test_nothing_is_attached_to_what_was_withdrawn(noon):
    listed = OpportunityFactory.create(published=True)
    actions.withdraw(listed, reason="By mistake", by=None, moment=noon)

    with pytest.raises(Refused, match="withdrawn"):
        attaching.attach(listed, upload(), by=None, moment=noon)

    assert stored() == set()


@pytest.mark.django_db
def test_a_file_whose_row_fails_is_taken_back(noon, monkeypatch):
    listed = OpportunityFactory.create(published=True)

    def fail(*_args, **_kwargs):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("opportunities.attaching.actions.note_changes", fail)
    with pytest.raises(RuntimeError):
        attaching.attach(listed, upload(), by=None, moment=noon)

    assert (stored(), OpportunityDocument.objects.count()) == (set(), 0)


@pytest.mark.django_db
def test_removing_is_one_public_change(noon):
    listed = OpportunityFactory.create(published=True)
    document = attaching.attach(listed, upload(), by=None, moment=noon)

    for _press in range(2):
        attaching.remove(document, by=None, moment=noon)

    assert listed.revisions.count() == 3
    assert listed.revisions.latest("number").snapshot["documents"] == []
    assert not OpportunityDocument.objects.public().exists()


@pytest.mark.django_db
def test_what_is_removed_from_a_draft_leaves_nothing(noon, django_capture_on_commit_callbacks):
    draft = OpportunityFactory.create()
    document = attaching.attach(draft, upload(), by=None, moment=noon)

    with django_capture_on_commit_callbacks(execute=True):
        attaching.remove(document, by=None, moment=noon)

    assert (stored(), draft.documents.count()) == (set(), 0)


# --- At the desk ----------------------------------------------------------------------------------


def add(purchase):
    return f"{LIST}{purchase.pk}/documents/add/"


@pytest.mark.django_db
def test_a_document_is_added_and_removed_at_the_desk(desk):
    listed = OpportunityFactory.create(published=True)

    added = desk.post(add(listed), {"file": upload("Scope of <work>.pdf")})
    document = listed.documents.get()
    page = text(desk.get(change(listed)))
    address = f"{LIST}{listed.pk}/documents/{document.pk}/remove/"
    asked = desk.get(address)
    assert document in OpportunityDocument.objects.public()
    removed = desk.post(address, fields(asked, form="step_form"))

    assert said(added) == [("success", "“Scope of -work-.pdf” is attached.")]
    assert "Scope of -work-.pdf (PDF, 14\xa0bytes)" in page
    assert address in page
    assert "“Scope of -work-.pdf” is removed." in [words for _level, words in said(removed)]
    assert str(listed.revisions.latest("number").by) == "officer@law.example"
    assert not OpportunityDocument.objects.public().exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "required"),
        ({"file": upload("a.exe", b"MZ")}, "Only PDF"),
        ({"file": upload("a.pdf", b"")}, "The file is empty"),
    ],
)
def test_a_refused_file_is_said_beside_its_box(desk, data, words):
    draft = OpportunityFactory.create()

    answer = desk.post(add(draft), data)

    assert answer.status_code == 200
    assert words in answer.context["form"].errors["file"][0]
    assert draft.documents.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("may", "code"),
    [
        (["view_opportunity"], [403, 403]),
        (["view_opportunity", "change_opportunity"], [302, 403]),
        (["view_opportunity", "change_opportunity", "publish_opportunity"], [302, 302]),
    ],
)
def test_documents_take_the_permission_to_change_the_purchase(sign_in, may, code):
    client = sign_in(*may)
    purchases = [OpportunityFactory.create(), OpportunityFactory.create(published=True)]

    answers = [client.post(add(purchase), {"file": upload()}) for purchase in purchases]

    assert [answer.status_code for answer in answers] == code


@pytest.mark.django_db
def test_a_document_of_another_purchase_is_not_found(desk, noon):
    one, other = OpportunityFactory.create(), OpportunityFactory.create()
    document = attaching.attach(one, upload(), by=None, moment=noon)

    answer = desk.post(f"{LIST}{other.pk}/documents/{document.pk}/remove/")

    assert (answer.status_code, one.documents.count()) == (404, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["documents/add/", "documents/{}/remove/"])
def test_an_author_whose_draft_becomes_public_meanwhile_changes_no_document_of_it(
    sign_in, noon, monkeypatch, page
):
    draft = OpportunityFactory.create(title="Smartboards")
    document = attaching.attach(draft, upload(), by=None, moment=noon)
    find = pages.found

    def found_and_published_by_another(*asked):
        found = find(*asked)
        actions.publish(draft, by=None, moment=noon)
        return found

    monkeypatch.setattr(pages, "found", found_and_published_by_another)
    author = sign_in("view_opportunity", "change_opportunity")

    answer = author.post(
        change(draft).replace("change/", page.format(document.pk)), {"file": upload("More.pdf")}
    )

    assert answer.status_code == 403
    assert [each.name for each in draft.documents.filter(removed_at=None)] == ["Scope.pdf"]
