"""Other people's names of the classes are understood; nothing else is."""

import pytest

from cases.cell_classes import CLASS_CODES
from cases.cell_classes import UNIDENTIFIED as CASES_UNIDENTIFIED
from classifier.inference.errors import BadInput
from classifier.inference.labels import LABELS, UNIDENTIFIED, canonical_label, find_label


def test_the_model_and_the_record_name_the_same_classes_in_the_same_order():
    assert LABELS == CLASS_CODES
    assert UNIDENTIFIED == CASES_UNIDENTIFIED


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("NEUTROPHIL", "neutrophil"),
        ("Neutrophils", "neutrophil"),
        ("ig", "immature_granulocyte"),
        ("IG", "immature_granulocyte"),
        ("Immature Granulocytes", "immature_granulocyte"),
        ("immature-granulocyte", "immature_granulocyte"),
        ("erythroblasts", "erythroblast"),
        (" Platelets ", "platelet"),
        ("basophil", "basophil"),
        ("Metamyelocyte", "immature_granulocyte"),
    ],
)
def test_case_plural_separators_and_short_forms(name, label):
    assert canonical_label(name) == label


@pytest.mark.parametrize("name", ["", "blast", "cats", "neutrophiliac", "s"])
def test_names_of_no_class_are_refused(name):
    assert find_label(name) is None
    with pytest.raises(BadInput, match="is not a cell class"):
        canonical_label(name)
