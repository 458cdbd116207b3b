from typing import Any

from django.db import migrations

EVERYTHING = "*"  # every revision is looked up under it: slow for many searches, and never wrong


def file_all(apps: Any, _editor: Any) -> None:
    """File each search where every revision finds it; saving a search again, or the nightly audit, files it better."""
    SavedSearch = apps.get_model("alerts", "SavedSearch")
    SearchKey = apps.get_model("alerts", "SearchKey")
    unfiled = SavedSearch.objects.filter(keys__isnull=True).values_list("pk", flat=True)
    SearchKey.objects.bulk_create(
        [SearchKey(key=EVERYTHING, saved_search_id=pk) for pk in unfiled.iterator()],
        batch_size=5000,
    )


class Migration(migrations.Migration):
    dependencies = [("alerts", "0002_how_often_what_and_the_index_of_searches")]

    # Backwards the table itself goes.
    operations = [migrations.RunPython(file_all, migrations.RunPython.noop)]
