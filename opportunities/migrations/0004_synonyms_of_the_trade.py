"""Words of the trade that mean the same, to begin with. Our reading of the trade; staff change them at the desk."""

from typing import Any

from django.db import migrations

SYNONYMS = [
    "janitorial, cleaning, custodial",
    "e-discovery, ediscovery, electronic discovery, litigation review",
    "VDI, virtual desktop, virtual apps, application virtualization",
    "smartboard, interactive whiteboard, interactive display",
    "process server, process serving, service of process, service of legal process",
    "VPN, remote access",
    "backup, data protection",
    "terminal emulation, host access",
    "DMS, document management",
]


def fill(apps: Any, schema_editor: Any) -> None:
    groups = apps.get_model("opportunities", "SynonymGroup").objects
    groups.bulk_create(groups.model(words=words) for words in SYNONYMS)


def empty(apps: Any, schema_editor: Any) -> None:
    """Take back what this migration brought; what staff have changed or added stays."""
    apps.get_model("opportunities", "SynonymGroup").objects.filter(words__in=SYNONYMS).delete()


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0003_life_documents_and_search")]

    operations = [migrations.RunPython(fill, empty)]
