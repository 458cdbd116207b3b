import re
from typing import Any

from django.db import migrations

PLAN = re.compile(r"City plan \(LL1\) for fiscal year \d{4}, (FY\d{2}[A-Z]\w+)")


def remember_plans(apps: Any, schema_editor: Any) -> None:
    """Purchases that the command ``load_plan`` has published are known by what their first revision keeps."""
    Revision = apps.get_model("opportunities", "Revision")
    Origin = apps.get_model("opportunities", "Origin")
    first = Revision.objects.filter(number=1, snapshot__source__startswith="City plan (LL1)")
    for purchase, source in first.values_list("opportunity_id", "snapshot__source"):
        if found := PLAN.fullmatch(source):
            Origin.objects.get_or_create(
                key=f"plan:{found[1]}", defaults={"opportunity_id": purchase}
            )


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0006_imports_and_origins")]

    operations = [
        # Taken back, the table goes with the migration before.
        migrations.RunPython(remember_plans, migrations.RunPython.noop)
    ]
