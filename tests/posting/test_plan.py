"""The City's real plan file becomes listings: each purchase once, the workbook's footer never."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from opportunities.models import Opportunity

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent.parent / "data" / "law_department_plans_fy27.csv"


def test_the_real_plan_gives_its_24_purchases_once(noon, capsys):
    call_command("load_plan", FILE)
    call_command("load_plan", FILE)

    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if "Left out" not in line] == [
        "24 published, 0 here already.",
        "0 published, 24 here already.",
    ]
    assert said[:3] == [
        "  Left out: “Exclusions” is no plan id: the workbook’s footer?",
        "  Left out: “Will Not Be Renewed/Extended” is no plan id: the workbook’s footer?",
        "  Left out: “$200K or Below” is no plan id: the workbook’s footer?",
    ]
    assert Opportunity.objects.public().count() == 24
    assert not Opportunity.objects.filter(method="mwbe-small-purchase").exists()


def test_a_plan_is_read_in_its_own_words(noon):
    call_command("load_plan", FILE)

    crm = Opportunity.objects.get(source__endswith="FY27NLaw5")
    assert (crm.title, crm.method, crm.industry, str(crm.value_max), str(crm.expected)) == (
        "Customer Relationship Management (CRM) Migration to Cloud",
        "task-order",
        "professional-services",
        "1000000.00",
        "July 2026 to September 2026 (quarter 1 of City fiscal year 2027)",
    )
    assert crm.contract_term == "Jan. 1, 2027 – Dec. 31, 2028 (planned)"


def test_a_value_that_is_surely_a_typing_error_is_left_out_and_noted(noon):
    call_command("load_plan", FILE)

    network = Opportunity.objects.get(source__endswith="FY27NLaw1")
    assert network.value_max is None
    assert network.internal_notes == "The plan says $45,000,000, surely a typing error. Ask."


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", "\xff\xfe"])
def test_a_file_that_is_no_plan_is_refused_and_changes_nothing(tmp_path, content):
    file = tmp_path / "plan.csv"
    file.write_bytes(content.encode("latin-1"))

    with pytest.raises(CommandError, match=r"plan\.csv cannot be loaded"):
        call_command("load_plan", file)

    assert not Opportunity.objects.exists()
