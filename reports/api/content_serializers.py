"""What the frozen content of a report has, for whoever reads it by a program: a description, the content itself is sealed.

Members that format 1 has not are not required. Numbers with decimals are text, absent values empty text.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Role
from cases.cell_classes import CELL_CLASSES, LABEL_CHOICES
from cases.models import Priority, Sex
from cases.states import ImageState
from microscopes.models import Stain
from reports.models import Insufficiency, ReportKind

LEUKOCYTES = [(item.code, item.label) for item in CELL_CLASSES if item.is_leukocyte]
FLAGS = [("low", "Below the reference range"), ("high", "Above the reference range")]  # not translated
FORMAT_2: dict[str, Any] = {"required": False}


class DecimalText(serializers.CharField):
    """A number with decimals as text, empty where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, **options})


class TimeText(serializers.CharField):
    """An ISO 8601 time in UTC as text, empty where there is none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, **options})


@extend_schema_field({"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4})
class Box(serializers.ListField):
    """A box as [x, y, width, height] in pixels of the upright image."""


class ContentPlace(serializers.Serializer):
    """A clinic or laboratory as it was called."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.SlugField(**FORMAT_2)


class ContentPatient(serializers.Serializer):
    """The patient as the report was signed for them."""

    birth_date = serializers.CharField(
        allow_blank=True, help_text="1961-03-05; 1961-03 or 1961 where no more is known, empty where nothing is."
    )
    family_name = serializers.CharField()
    given_name = serializers.CharField(allow_blank=True)
    id = serializers.UUIDField()
    mrn = serializers.CharField()
    sex = serializers.CharField(help_text="In words.")
    sex_code = serializers.ChoiceField(choices=Sex.choices, **FORMAT_2)


class ContentCase(serializers.Serializer):
    """The specimen."""

    accession_number = serializers.CharField()
    camera = serializers.CharField(allow_blank=True)
    clinical_question = serializers.CharField(allow_blank=True)
    collected_at = TimeText()
    id = serializers.UUIDField()
    microscope = serializers.CharField(allow_blank=True)
    objective = serializers.IntegerField(allow_null=True)
    priority = serializers.CharField(help_text="In words.")
    priority_code = serializers.ChoiceField(choices=Priority.choices, **FORMAT_2)
    stain = serializers.CharField(help_text="In words.")
    stain_code = serializers.ChoiceField(choices=Stain.choices, **FORMAT_2)
    submitted_at = TimeText()
    um_per_px = DecimalText()
    wbc = DecimalText()
    wbc_measured_at = TimeText()
    wbc_source = serializers.CharField(allow_blank=True)


class ContentOrder(serializers.Serializer):
    """The order that the case was opened for."""

    ordering_id = serializers.CharField(allow_blank=True)
    ordering_name = serializers.CharField(allow_blank=True)
    placer_namespace = serializers.CharField()
    placer_number = serializers.CharField()
    visit_number = serializers.CharField(allow_blank=True)


class ContentReferenceRange(serializers.Serializer):
    """A reference range in numbers, as text; its limits belong to it."""

    high = DecimalText()
    low = DecimalText()
    source = serializers.CharField()  # type: ignore[assignment]
    ucum = serializers.CharField()


class ContentRow(serializers.Serializer):
    """One class of leukocyte in the differential."""

    absolute = DecimalText(help_text="10^9/L; empty without a white cell count.")
    code = serializers.ChoiceField(choices=LEUKOCYTES)
    count = serializers.IntegerField()
    flag = serializers.ChoiceField(choices=FLAGS, allow_blank=True, help_text="Empty while the count is limited.")
    high = DecimalText(help_text="Upper bound of the 95 % confidence interval, percent.")
    label = serializers.CharField()  # type: ignore[assignment]
    letter = serializers.CharField()
    low = DecimalText(help_text="Lower bound of the 95 % confidence interval, percent.")
    percent = serializers.IntegerField(help_text="Whole percent; they add to 100.")
    reference = serializers.CharField(allow_blank=True, help_text="In words.")
    reference_range = ContentReferenceRange(allow_null=True, **FORMAT_2)


class ContentDifferential(serializers.Serializer):
    """The counted cells. `rows` is empty in a withdrawn version and where the specimen was insufficient."""

    erythroblasts = serializers.IntegerField()
    erythroblasts_per_100 = DecimalText()
    excluded = serializers.IntegerField()
    limited = serializers.BooleanField(help_text="Fewer than 100 leukocytes were counted.")
    n = serializers.IntegerField(help_text="Counted leukocytes.")
    platelets = serializers.IntegerField()
    remark = serializers.CharField(allow_blank=True)
    rows = ContentRow(many=True)
    unidentified = serializers.IntegerField()
    wbc = DecimalText()


class ContentPreviousRow(serializers.Serializer):
    """One class of the patient's previous differential."""

    code = serializers.ChoiceField(choices=LEUKOCYTES)
    label = serializers.CharField()  # type: ignore[assignment]
    percent = serializers.IntegerField()


class ContentPrevious(serializers.Serializer):
    """The patient's last signed differential of another case."""

    n = serializers.IntegerField()
    report = serializers.UUIDField()
    rows = ContentPreviousRow(many=True)
    signed_at = TimeText()


class ContentSuggestion(serializers.Serializer):
    """What the model said of a cell."""

    identified = serializers.BooleanField()
    label = serializers.ChoiceField(choices=LABEL_CHOICES)  # type: ignore[assignment]
    model = serializers.CharField()
    score = DecimalText()


class ContentCell(serializers.Serializer):
    """One cell with what the model and people called it. Empty list in a withdrawn version."""

    added = serializers.BooleanField()
    ai = ContentSuggestion(allow_null=True)
    box = Box()
    by = serializers.CharField(allow_blank=True)
    decided_together = serializers.IntegerField()
    displayed = serializers.BooleanField(allow_null=True)
    excluded = serializers.BooleanField()
    exclusion_reason = serializers.CharField(allow_blank=True)
    field = serializers.IntegerField(help_text="Ordinal of the image.")
    flagged = serializers.BooleanField()
    human = serializers.BooleanField()
    id = serializers.UUIDField()
    image = serializers.UUIDField()
    label = serializers.ChoiceField(choices=LABEL_CHOICES, allow_blank=True)  # type: ignore[assignment]
    n = serializers.IntegerField()
    removed = serializers.BooleanField()
    revision = serializers.IntegerField()


class ContentImage(serializers.Serializer):
    """One image as it was received."""

    bytes = serializers.IntegerField()
    height = serializers.IntegerField(help_text="Pixels of the upright image.")
    id = serializers.UUIDField()
    media_type = serializers.CharField()
    microscope = serializers.CharField(allow_blank=True)
    ordinal = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)
    quality = serializers.CharField(allow_blank=True)
    remarks = serializers.ListField(child=serializers.CharField())
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(choices=ImageState.choices)
    um_per_px = DecimalText()
    width = serializers.IntegerField(help_text="Pixels of the upright image.")


class ContentModel(serializers.Serializer):
    """A model that took part."""

    card_sha256 = serializers.CharField()
    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.CharField()


class ContentModels(serializers.Serializer):
    """What models did, in sentences and by version."""

    camera = serializers.CharField(allow_blank=True, required=False, help_text="Absent from the earliest reports.")
    models = ContentModel(many=True)
    statement = serializers.CharField()


class ContentFlaggedCell(serializers.Serializer):
    """A cell that a reviewer marked."""

    field = serializers.IntegerField(help_text="Ordinal of the image.")
    id = serializers.UUIDField()
    label = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    n = serializers.IntegerField()


class ContentFlagged(serializers.Serializer):
    """Cells that were marked when it was signed, and why it was signed all the same."""

    cells = ContentFlaggedCell(many=True)
    reason = serializers.CharField(allow_blank=True)


class ContentQuality(serializers.Serializer):
    """Whether limited images were accepted, and the remark on them."""

    accepted = serializers.BooleanField()
    remark = serializers.CharField(allow_blank=True)


class ContentReview(serializers.Serializer):
    """How people decided on the cells."""

    displayed = serializers.IntegerField()
    in_bulk = serializers.IntegerField()
    one_by_one = serializers.IntegerField()
    statement = serializers.CharField(allow_blank=True)


class ContentChange(serializers.Serializer):
    """One value that differs from the version before."""

    new = serializers.CharField()
    old = serializers.CharField()
    what = serializers.CharField()


class ContentEarlier(serializers.Serializer):
    """The version before."""

    digest = serializers.CharField()
    id = serializers.UUIDField()
    version = serializers.IntegerField()


class ContentInsufficient(serializers.Serializer):
    """Why the specimen was insufficient for a differential: then nothing was counted, and no cell is named."""

    code = serializers.ChoiceField(choices=Insufficiency.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    words = serializers.CharField(allow_blank=True)


class ContentReport(serializers.Serializer):
    """Which version this is, and why there is one after the first."""

    changes = ContentChange(many=True)
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    kind_label = serializers.CharField(**FORMAT_2)
    previous = ContentEarlier(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    reason_code = serializers.CharField(allow_blank=True)
    reason_label = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


class ContentSignature(serializers.Serializer):
    """The signature as it is shown."""

    meaning = serializers.CharField()
    method = serializers.CharField()
    name = serializers.CharField()
    role = serializers.CharField(help_text="In words.")
    role_code = serializers.ChoiceField(choices=Role.choices, **FORMAT_2)
    signed_at = TimeText()
    signer = serializers.UUIDField()


class ContentUnit(serializers.Serializer):
    """A unit as it is printed and in UCUM."""

    text = serializers.CharField()
    ucum = serializers.CharField()


class ReportContent(serializers.Serializer):
    """Everything that a report says."""

    ai = ContentModels()
    case = ContentCase()
    cells = ContentCell(many=True)
    clinic = ContentPlace()
    comments = serializers.CharField(allow_blank=True)
    count_reason = serializers.CharField(allow_blank=True)
    differential = ContentDifferential()
    disclaimer = serializers.CharField()
    flagged = ContentFlagged()
    format = serializers.CharField(help_text="hematovision-report")
    format_version = serializers.IntegerField(help_text="2, or 1 in reports signed before there was a 2.")
    identity_confirmed = serializers.ListField(child=serializers.CharField())
    images = ContentImage(many=True)
    insufficient = ContentInsufficient(
        allow_null=True, required=False, help_text="Null where there is a differential; absent from earlier reports."
    )
    interpretation = serializers.CharField(allow_blank=True)
    laboratory = ContentPlace()
    language = serializers.CharField(
        help_text="The language of every word that is not a person's own, as in BCP 47. Absent from earlier reports, which are in English.",
        **FORMAT_2,
    )
    order = ContentOrder(allow_null=True, **FORMAT_2)
    patient = ContentPatient()
    previous_differential = ContentPrevious(allow_null=True)
    quality = ContentQuality()
    report = ContentReport()
    review = ContentReview()
    signature = ContentSignature()
    units = serializers.DictField(
        child=ContentUnit(), help_text="Unit of each measured member, by its name.", **FORMAT_2
    )
