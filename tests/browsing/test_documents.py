"""Documents as vendors take them: as a file to keep, from a purchase that is public, and from no other."""

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from opportunities import actions, attaching
from tests.browsing.pages import text
from tests.factories import OpportunityFactory
from tests.getting_ready.reading import words as visible

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 words"


def attached(purchase, noon, name="Scope.pdf", content=PDF):
    return attaching.attach(purchase, SimpleUploadedFile(name, content), by=None, moment=noon)


def take(client, address, method="get", **extra):
    """Ask for a file and read it to its end, which closes it."""
    answer = getattr(client, method)(address, **extra)
    answer.taken = b"".join(answer)
    return answer


@pytest.fixture
def listed(noon):
    return OpportunityFactory.create(title="Boards", published=True, at=noon)


def test_page_lists_documents_with_type_and_size(client, noon, listed):
    document = attached(listed, noon, content=PDF + b"x" * 24_000)

    page = client.get(listed.get_absolute_url())

    assert "Scope.pdf (PDF, 23.5\xa0KB)".replace("\xa0", " ") in visible(page)
    assert f'href="{document.get_absolute_url()}"' in text(page)


def test_document_comes_as_a_file_to_keep(client, noon, listed):
    answer = take(client, attached(listed, noon).get_absolute_url())

    assert (answer.status_code, answer.taken) == (200, PDF)
    assert {
        name: answer[name]
        for name in (
            "Content-Type",
            "Content-Length",
            "Content-Disposition",
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Cross-Origin-Resource-Policy",
            "Cache-Control",
        )
    } == {
        "Content-Type": "application/pdf",
        "Content-Length": "14",
        "Content-Disposition": 'attachment; filename="Scope.pdf"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "public, max-age=0, s-maxage=5",
    }
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Café 范围.pdf", "attachment; filename*=utf-8''Caf%C3%A9%20%E8%8C%83%E5%9B%B4.pdf"),
        ("100% #1 'a'; b=c.pdf", "attachment; filename=\"100% #1 'a'; b=c.pdf\""),
    ],
)
def test_any_name_survives_address_and_header(client, noon, listed, name, said):
    answer = take(client, attached(listed, noon, name).get_absolute_url())

    assert (answer.status_code, answer["Content-Disposition"]) == (200, said)


def test_a_copy_is_good_as_long_as_the_bytes_are(client, noon, listed):
    document = attached(listed, noon)
    first = take(client, document.get_absolute_url())

    again = client.get(document.get_absolute_url(), headers={"If-None-Match": first["ETag"]})

    assert first["ETag"] == f'"{document.sha256}"'
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "public, max-age=0, s-maxage=5"


def test_head_says_as_much_and_sends_nothing(client, noon, listed):
    answer = take(client, attached(listed, noon).get_absolute_url(), "head")

    assert (answer.status_code, answer["Content-Length"], answer.taken) == (200, "14", b"")


def test_documents_of_drafts_are_as_unknown_as_what_never_was(client, noon):
    draft = OpportunityFactory.create(title="Secret boards")
    address = attached(draft, noon).get_absolute_url()
    never = address.replace(draft.reference, "never-was")

    answers = [client.get(path, headers={"If-None-Match": "*"}) for path in (address, never)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert text(answers[0]) == text(answers[1])


def test_documents_of_what_was_withdrawn_are_gone(client, noon, listed):
    address = attached(listed, noon).get_absolute_url()
    copy = take(client, address)
    actions.withdraw(listed, reason="By mistake", by=None, moment=noon)

    for headers in ({}, {"If-None-Match": copy["ETag"]}, {"If-None-Match": "*"}):
        answer = client.get(address, headers=headers)

        assert answer.status_code == 410
        assert "ETag" not in answer.headers
        assert "Scope" not in text(answer)


def test_a_removed_document_is_not_found(client, noon, listed):
    kept, removed = attached(listed, noon, "Kept.pdf"), attached(listed, noon, "Removed.pdf")
    attaching.remove(removed, by=None, moment=noon)

    codes = [take(client, one.get_absolute_url()).status_code for one in (kept, removed)]

    assert codes == [200, 404]
    assert (
        "Removed.pdf (PDF"
        not in visible(client.get(listed.get_absolute_url())).split("What changed")[0]
    )


def test_address_of_a_document_is_exact(client, noon, listed):
    address = attached(listed, noon).get_absolute_url()
    other = OpportunityFactory.create(published=True)

    wrong = [address.replace("Scope", "Other"), address.replace(listed.reference, other.reference)]

    assert [client.get(path).status_code for path in wrong] == [404, 404]
    assert client.post(address).status_code == 405


def test_a_document_that_the_storage_lost_is_not_found(client, noon, listed, caplog):
    document = attached(listed, noon)
    storages["documents"].delete(document.file.name)

    assert client.get(document.get_absolute_url()).status_code == 404
    assert "document not in the storage" in caplog.text
