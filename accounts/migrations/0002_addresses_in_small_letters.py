from typing import Any

from django.db import migrations
from django.db.models.functions import Lower


def lower(apps: Any, _schema_editor: Any) -> None:
    User = apps.get_model("accounts", "User")
    User.objects.update(email=Lower("email"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    # Backwards nothing: how an address was written before is not kept, and it leads to the same mailbox.
    operations = [migrations.RunPython(lower, migrations.RunPython.noop)]
