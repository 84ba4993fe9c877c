"""Which images make up a case is asked of one queryset method, so that a field taken out of a draft is out everywhere."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
APPS = ("cases", "classifier", "calibration", "consult", "review", "reports", "inbox", "integrations", "workbench")
ASKS_OTHERWISE = {
    # What was received is kept, purged and drawn whatever became of it.
    "reports/pdf/montage.py": "draws the images that the signed content names",
    "integrations/presenters/fhir.py": "shows the images that the signed content names",
}
OF_A_CASE = re.compile(r"case\.images\.(?!counting\(\))\w+|SmearImage\.objects\.filter\(case=")


def test_no_code_counts_the_images_of_a_case_by_itself():
    found = {}
    for app in APPS:
        for path in sorted((HOUSE / app).rglob("*.py")):
            name = str(path.relative_to(HOUSE))
            hits = OF_A_CASE.findall(path.read_text())
            if hits and name not in ASKS_OTHERWISE:
                found[name] = hits
    assert found == {}, "say case.images.counting(), or here why not"
