"""What is known of a purchase beside its words now stands in the search index, too (``search.marks``)."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0007_origins_of_plans")]

    # The next start makes the index again from the log, as it does where there is none (``prepare``).
    operations = [
        migrations.RunSQL("DELETE FROM opportunities_searchentry", migrations.RunSQL.noop),
    ]
