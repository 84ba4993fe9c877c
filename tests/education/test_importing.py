"""Pictures from outside come in with a licence and a credit, whole folders or nothing, each picture once."""

import errno
import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from PIL import Image

from audit.models import AuditEvent
from cases.services.files import remove_unreferenced_files
from cases.storage import clinical_storage
from education.models import MaterialState, Source, TeachingBox, TeachingCell, TeachingField, Truth
from education.services.importing import Imported, import_folder, import_material, square_of
from education.teaching_classes import OF_THE_LABORATORY, at_depth
from hematovision.errors import DomainError, Unprocessable

pytestmark = pytest.mark.django_db
TERMS = {"licence": "CC BY 4.0", "credit": "Acevedo et al. 2020"}
HEADER = "file,class,licence,credit\n"


def stored():
    try:
        return set(clinical_storage().listdir("teaching")[1])
    except FileNotFoundError:
        return set()


@pytest.fixture
def files():
    """Names of the pictures that the test added to the storage."""
    before = stored()
    return lambda: sorted(stored() - before)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pictures").mkdir()
    return tmp_path / "pictures"


def put(folder, name, *, shade=0, size=(90, 80)):
    """Write a picture that differs by its shade."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    pixels = np.full((size[1], size[0], 3), 230, np.uint8)
    pixels[30:60, 30:60] = (shade, 60, 140)
    exif = Image.Exif()
    exif[0x010E] = "Jane Doe 1234567"
    Image.fromarray(pixels).save(path, exif=exif)


def table(folder, text, name="material.csv"):
    (folder / name).write_text(text)


def test_a_folder_named_after_a_class_becomes_cells_of_it(folder, files):
    put(folder, "Band/a.png", shade=1)
    put(folder, "immature granulocyte/b.jpg", shade=2)
    assert import_folder(folder, **TERMS) == Imported(cells=2)
    cells = {cell.cell_class: cell for cell in TeachingCell.objects.all()}
    assert set(cells) == {"band", "immature_granulocyte"}
    band = cells["band"]
    assert (band.licence, band.credit, band.laboratory) == ("CC BY 4.0", "Acevedo et al. 2020", None)
    assert (band.source, band.truth, band.state, band.um_per_px) == (
        Source.PUBLIC,
        Truth.PUBLISHED,
        MaterialState.OPEN,
        None,
    )
    assert len(files()) == 2


def test_a_picture_is_kept_as_its_pixels_under_a_name_that_tells_nothing(folder, files):
    put(folder, "monocyte/Jane_Doe.jpg")
    import_folder(folder, **TERMS)
    content = TeachingCell.objects.get().picture.read()
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size, picture.mode, picture.info) == ("PNG", (256, 256), "RGB", {})
    assert b"Jane" not in content
    assert "Jane" not in "".join(files())


def test_the_same_picture_twice_is_one(folder, files):
    put(folder, "monocyte/a.png")
    put(folder, "monocyte/b.png")
    assert import_folder(folder, **TERMS) == Imported(cells=1, there=1)
    assert import_folder(folder, **TERMS) == Imported(there=2)
    assert len(files()) == 1


def test_what_was_recalled_stays_away(folder, files):
    put(folder, "monocyte/a.png")
    import_folder(folder, **TERMS)
    TeachingCell.objects.update(state=MaterialState.RECALLED, picture="", recalled_at="2026-01-01T00:00Z")
    assert import_folder(folder, **TERMS) == Imported(recalled=1)


def test_an_import_is_in_the_audit_trail_once(folder, central):
    put(folder, "monocyte/a.png")
    for _ in range(2):
        import_folder(folder, laboratory=central, **TERMS)
    event = AuditEvent.objects.get(object_type="education.teachingcell")
    assert event.laboratory_id == central.pk
    assert event.after == {"cells": 1, "fields": 0, "licences": ["CC BY 4.0"], "credits": ["Acevedo et al. 2020"]}


def test_a_laboratorys_own_pictures_give_no_marks_and_are_its_own(folder, central):
    put(folder, "monocyte/a.png")
    with pytest.raises(Unprocessable, match="belong to a laboratory"):
        import_folder(folder, own=True, **TERMS)
    import_folder(folder, own=True, laboratory=central, state=MaterialState.DRAFT, **TERMS)
    cell = TeachingCell.objects.get()
    assert (cell.laboratory, cell.source, cell.counts_for_marks, cell.state) == (
        central,
        Source.OWN,
        False,
        MaterialState.DRAFT,
    )


def test_a_table_gives_each_picture_its_own_credit_and_fields_their_boxes(folder, files):
    put(folder, "one.png", shade=1)
    put(folder, "two.png", shade=2)
    table(
        folder,
        "file,class,subclass,um_per_px,licence,credit\none.png,neutrophil,band,0.11,MIT,Somebody 2020\ntwo.png,,,0.1,,\n",
    )
    table(folder, "file,class,x,y,w,h\ntwo.png,monocyte,1,2,30,40\ntwo.png,,50,40,20,20\n", name="boxes.csv")
    assert import_folder(folder, **TERMS) == Imported(cells=1, fields=1)
    cell, field = TeachingCell.objects.get(), TeachingField.objects.get()
    assert (cell.cell_class, cell.licence, cell.credit) == ("band", "MIT", "Somebody 2020")
    assert (field.width, field.height, field.um_per_px, field.credit) == (90, 80, 0.1, "Acevedo et al. 2020")
    assert list(TeachingBox.objects.values_list("left", "top", "width", "height", "cell_class")) == [
        (1, 2, 30, 40, "monocyte"),
        (50, 40, 20, 20, ""),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"licence": " "}, "a.png has no licence. Give it with --licence."), ({"credit": ""}, "a.png has no credit.")],
)
def test_no_picture_comes_in_without_licence_and_credit(folder, files, changes, said):
    put(folder, "monocyte/a.png")
    with pytest.raises(Unprocessable, match=said):
        import_folder(folder, **{**TERMS, **changes})


def unknown_class(folder):
    put(folder, "zebra/b.png", shade=9)


def damaged(folder):
    (folder / "neutrophil").mkdir()
    (folder / "neutrophil/z.png").write_bytes((folder / "monocyte/a.png").read_bytes()[:-60])


def no_picture_at_all(folder):
    (folder / "monocyte/z.png").write_text("<html>")


def two_classes(folder):
    put(folder, "neutrophil/a.png")


def missing_file(folder):
    table(folder, HEADER + "monocyte/a.png,monocyte,,\nnowhere.png,monocyte,,\n")


def outside(folder):
    put(folder.parent, "secret.png")
    table(folder, HEADER + "../secret.png,monocyte,,\n")


def link_outside(folder):
    put(folder.parent, "secret.png")
    (folder / "monocyte/z.png").symlink_to(folder.parent / "secret.png")


def no_class(folder):
    table(folder, HEADER + "monocyte/a.png,,,\n")


def no_column(folder):
    table(folder, "file,label\nmonocyte/a.png,monocyte\n")


def box_outside(folder):
    put(folder, "field.png", shade=7)
    table(folder, HEADER + "monocyte/a.png,monocyte,,\nfield.png,,,\n")
    table(folder, "file,class,x,y,w,h\nfield.png,,50,50,80,20\n", name="boxes.csv")


def box_of_nothing(folder):
    table(folder, HEADER + "monocyte/a.png,monocyte,,\n")
    table(folder, "file,class,x,y,w,h\nfield.png,,50,50,80,20\n", name="boxes.csv")


def bad_scale(folder):
    table(folder, "file,class,um_per_px\nmonocyte/a.png,monocyte,nan\n")


def long_credit(folder):
    table(folder, HEADER + f"monocyte/a.png,monocyte,MIT,{'x' * 301}\n")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (unknown_class, "“zebra” is no class that is taught. The classes are neutrophil, "),
        (damaged, "z.png: This PNG image is damaged or incomplete"),
        (no_picture_at_all, "z.png: This is an HTML page"),
        (two_classes, "are one picture under two classes"),
        (missing_file, "line 3: there is no file “nowhere.png”"),
        (outside, "there is no file “../secret.png”"),
        (link_outside, "z.png is a link that leads out of"),
        (no_class, "line 2: a picture has either a class, or boxes in boxes.csv"),
        (no_column, "has no column class"),
        (box_outside, "a box lies outside of its picture"),
        (box_of_nothing, "“field.png” is not in material.csv"),
        (bad_scale, "“nan” is no scale"),
        (long_credit, "the credit is longer than 300 characters"),
    ],
)
def test_of_a_folder_with_one_fault_nothing_is_taken(folder, files, spoil, said):
    put(folder, "monocyte/a.png")
    spoil(folder)
    with pytest.raises(DomainError) as refused:
        import_folder(folder, **TERMS)
    assert said in refused.value.sentence
    assert (TeachingCell.objects.count(), TeachingField.objects.count(), files()) == (0, 0, [])


def test_a_cell_is_cut_to_the_width_of_the_others_where_its_scale_is_known():
    rgb = np.zeros((363, 360, 3), np.uint8)
    rgb[71:292, 70:290] = 200
    pixels, scale = square_of(rgb, 0.1)
    assert (pixels.shape, scale, int(pixels.min())) == ((256, 256, 3), pytest.approx(22 / 256), 200)
    assert square_of(rgb, None)[1] is None
    assert square_of(rgb[:100], 0.1)[1] == pytest.approx(10 / 256)


def test_the_material_that_ships_teaches_every_class(files):
    assert import_material() == Imported(cells=188, fields=12)
    taught = [at_depth(code, finer=False) for code in TeachingCell.objects.values_list("cell_class", flat=True)]
    assert min(taught.count(each.code) for each in OF_THE_LABORATORY) >= 20
    assert TeachingCell.objects.for_marks().filter(state=MaterialState.OPEN, laboratory=None).count() == 188
    assert all(cell.um_per_px == pytest.approx(22 / 256, rel=0.01) for cell in TeachingCell.objects.all())
    assert len(files()) == 200


def test_the_command_says_what_is_new_and_what_is_wrong(folder, central, capsys):
    put(folder, "monocyte/a.png")
    given = {"licence": "MIT", "credit": "Somebody 2020"}
    call_command("import_teaching", folder, laboratory="central-laboratory", state="draft", **given)
    assert capsys.readouterr().out == "1 cells and 0 fields are new, 0 were there already.\n"
    assert TeachingCell.objects.get().laboratory == central
    with pytest.raises(CommandError, match="There is no laboratory riverside-clinic"):
        call_command("import_teaching", folder, laboratory="riverside-clinic", **given)
    with pytest.raises(CommandError, match="has no licence"):
        call_command("import_teaching", folder)
    with pytest.raises(CommandError, match="positive number"):
        call_command("import_teaching", folder, um_per_px=-1.0, **given)


def test_where_the_disk_is_full_nothing_is_kept(folder, files, monkeypatch):
    put(folder, "monocyte/a.png", shade=1)
    put(folder, "monocyte/b.png", shade=2)
    save = FileSystemStorage._save
    room = iter([True, False])

    def save_while_there_is_room(storage, name, content):
        if not next(room):
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", save_while_there_is_room)
    with pytest.raises(CommandError, match="none was: No space left on device"):
        call_command("import_teaching", folder, **TERMS)
    assert (TeachingCell.objects.count(), files()) == (0, [])


def test_a_picture_that_a_killed_import_left_behind_is_removed(folder, files):
    put(folder, "monocyte/a.png")
    import_folder(folder, **TERMS)
    kept = files()
    clinical_storage().save("teaching/left-behind.png", ContentFile(b"half"))
    assert "teaching/left-behind.png" in remove_unreferenced_files(older_than=timedelta(hours=-1))
    assert files() == kept
