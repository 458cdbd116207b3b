"""What is owed is found without reading what was ever sent."""

import pytest

from letters.models import Letter

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


@pytest.mark.parametrize("rows", ["owed", "takeable_at"])
def test_sqlite_finds_what_is_owed_by_its_own_index(noon, rows):
    found = Letter.objects.takeable_at(noon) if rows == "takeable_at" else Letter.objects.owed()

    assert "USING INDEX letter_owed" in found.values("pk").explain()
