import numpy as np
import pytest

from training.datasets import read_source
from training.errors import BadData
from training.signed_cells import SignedCell, write_signed


class Signed:
    """Cells of two patients, as the platform would hand them over."""

    def __init__(self, *cells):
        self._cells = cells

    def cells(self):
        yield from self._cells


def cell(key, label="neutrophil", group="patient-1"):
    return SignedCell(
        key=key, rgb=np.full((64, 64, 3), 200, np.uint8), label=label, group=group, um_per_px=0.1, site="lab-camera"
    )


def test_signed_cells_become_a_source_grouped_by_patient(tmp_path):
    table = write_signed(Signed(cell("a1"), cell("b2", "monocyte", "patient-2")), tmp_path / "signed")
    rows = {(p.path.name, p.label, p.group, p.source) for p in read_source(table)}
    assert rows == {
        ("a1.png", "neutrophil", "patient-1", "lab-camera"),
        ("b2.png", "monocyte", "patient-2", "lab-camera"),
    }


@pytest.mark.parametrize("keys", [("a1", "a1"), ("../a1",), ("a b",)])
def test_keys_must_be_plain_and_different(tmp_path, keys):
    with pytest.raises(BadData, match=r"twice|plain"):
        write_signed(Signed(*(cell(key) for key in keys)), tmp_path / "signed")
    assert not list(tmp_path.iterdir())


def test_no_signed_cells_are_refused_as_a_source(tmp_path):
    with pytest.raises(BadData, match="no signed cell"):
        write_signed(Signed(), tmp_path / "signed")
