"""nginx compresses what shrinks, and nothing else; tests/operating/test_nginx_in_front.py sees it do so."""

import re

import pytest

from tests.environment import ROOT
from tests.qualities.addresses import all_paths, stocked

pytestmark = pytest.mark.django_db

PACKED = {
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/png",
}


def test_every_kind_of_text_that_the_portal_answers_with_is_compressed(client, noon):
    template = (ROOT / "deploy" / "nginx.conf.template").read_text()
    (types,) = re.findall(r"gzip_types ([^;]+);", template)
    compressed = {"text/html", *types.split()}

    answers = [client.get(path) for path in [*all_paths(stocked()), "/api/v1/opportunities/none"]]
    kinds = {
        answer["Content-Type"].partition(";")[0]
        for answer in answers
        if answer.has_header("Content-Type")
    }
    for answer in answers:
        answer.close()  # a file would stay open

    assert "application/problem+json" in kinds
    assert kinds - compressed <= PACKED
    assert not compressed & PACKED
