from itertools import islice
from typing import Any

from django.db import migrations, models


def say_what_is_asked(apps: Any, _editor: Any) -> None:
    """Write on each card what its search asks for, as ``opportunities.search.asks_of`` does."""
    cards = apps.get_model("alerts", "SearchKey").objects
    rows = cards.select_related("saved_search").order_by("pk").iterator(chunk_size=5000)
    while some := list(islice(rows, 5000)):
        for card in some:
            card.asks = _asks_of(card.saved_search.stored)
        cards.bulk_update(some, ["asks"], batch_size=500)


def _asks_of(stored: dict[str, list[str]]) -> str:
    facts = [f"{name}={'|'.join(values)}" for name, values in stored.items() if name != "words"]
    return "\n".join([*stored.get("words", []), *facts])


class Migration(migrations.Migration):
    dependencies = [("alerts", "0006_cheaper_matches")]

    operations = [
        migrations.RemoveIndex(model_name="subscription", name="subscription_in_force"),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("confirmed_at__isnull", False), ("ended_at__isnull", True)),
                fields=[
                    "saved_search",
                    "wants_new",
                    "wants_opened",
                    "wants_changed",
                    "wants_closing",
                    "wants_outcome",
                ],
                name="subscription_in_force",
            ),
        ),
        migrations.AddField(
            model_name="searchkey",
            name="also",
            field=models.CharField(default="*", max_length=80),
        ),
        migrations.AddField(
            model_name="searchkey", name="asks", field=models.TextField(blank=True, null=True)
        ),
        migrations.RunPython(say_what_is_asked, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="searchkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("key", "*"),
                    ("asks__isnull", True),
                    models.Q(("asks", ""), _negated=True),
                    _connector="OR",
                ),
                name="search_key_says_what_is_asked",
            ),
        ),
        migrations.AddIndex(
            model_name="searchkey",
            index=models.Index(
                fields=["key", "saved_search", "also", "asks"], name="search_key_with_what_is_asked"
            ),
        ),
    ]
