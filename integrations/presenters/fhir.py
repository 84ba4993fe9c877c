"""From the record to the values that `integrations.fhir` makes resources of."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from accounts.models import Organisation
from cases.models import Order, Patient, SmearImage
from cases.states import CaseState, OrderState
from integrations.fhir.diagnostic_report import accession_numbering
from integrations.fhir.media import ImageRecord, binary, media
from integrations.fhir.observation import names_in
from integrations.fhir.order import OrderRecord, RejectedSpecimen, SpecimenRecord, service_request, specimen
from integrations.fhir.patient import PatientRecord, patient
from integrations.fhir.people_and_places import organization
from integrations.fhir.signed_version import SignedVersion
from integrations.fhir.task import task
from integrations.fhir.whole_report import of_version
from reports.models import Report, ReportKind
from reports.presenters.content import time_text
from reports.verification import content_as_signed

if TYPE_CHECKING:
    from uuid import UUID

    from cases.models import Case, SpecimenRejection

_ENDED = frozenset({OrderState.CANCELLED, OrderState.REJECTED})


def signed_version(report: Report) -> SignedVersion:
    """Return a verified version with what the mappings need of the record around it."""
    earlier = list(Report.objects.filter(case=report.case_id, version__lt=report.version).select_related("key"))
    # Of a version that is not what was signed nothing is taken over; verification reports it.
    contents = [content for one in earlier if (content := content_as_signed(one)) is not None]
    said = [name for content in contents for name in names_in(content)]
    now = set(names_in(report.data))
    kinds = {str(report.kind), *(str(one.kind) for one in earlier)}
    order = Order.objects.filter(case=report.case_id).values_list("pk", flat=True).first()
    return SignedVersion(
        report=str(report.pk),
        case=str(report.case_id),
        version=report.version,
        kind=str(report.kind),
        previous=str(report.previous_id or ""),
        was_corrected=str(ReportKind.CORRECTED) in kinds,
        digest=report.digest,
        signature_digest=report.signature.digest,
        content=report.data,
        # R4 wants SHA-1 here; what proves the file is the SHA-256 that was signed.
        pdf_sha1=base64.b64encode(hashlib.sha1(report.read_pdf(), usedforsecurity=False).digest()).decode("ascii"),
        pdf_size=report.pdf_size,
        former=tuple(name for name in dict.fromkeys(said) if name not in now),
        images=tuple((str(one.pk), f"Field {one.ordinal}") for one in images_of(report)),
        order=str(order or ""),
    )


def images_of(report: Report) -> list[SmearImage]:
    """Return the images that a version was signed with and that can still be shown."""
    signed_with = [image["id"] for image in report.data["images"]]
    shown = SmearImage.objects.filter(case=report.case_id, pk__in=signed_with, shown_purged_at=None)
    return list(shown.exclude(display="").select_related("case").order_by("ordinal"))


def whole_report(report: Report) -> list[dict[str, Any]]:
    """Return everything that a version and the resources it names say, so that no reference leads out of it."""
    signed = signed_version(report)
    case = report.case
    order = Order.objects.filter(case=case).first()
    people = _people({signed.content["patient"]["id"], case.patient_id, *([order.patient_id] if order else [])})
    places = {case.clinic_id, case.laboratory_id, *(one.organisation_id for one in people)}
    places |= {signed.content["laboratory"]["id"]}
    return [
        *of_version(signed),
        *(patient(patient_record(one)) for one in people),
        *(organization_of(one) for one in Organisation.objects.filter(pk__in=places).prefetch_related("numbers")),
        specimen(specimen_record(case, order)),
        *([service_request(order_record(order))] if order is not None else []),
        *(media(image_record(one)) for one in images_of(report)),
        binary(str(report.pk), "application/pdf", report.read_pdf()),
    ]


def _people(ids: set[UUID | str]) -> list[Patient]:
    """The patients with these ids, and whoever stands for them now."""
    rows = Patient.objects.select_related("organisation").prefetch_related("numbers")
    found = list(rows.filter(pk__in=ids))
    into = {one.merged_into_id for one in found if one.merged_into_id} - {one.pk for one in found}
    return [*found, *(rows.filter(pk__in=into) if into else ())]


def patient_record(found: Patient) -> PatientRecord:
    """Return a patient as the mapping takes them; `organisation` and `numbers` are read."""
    return PatientRecord(
        pk=str(found.pk),
        organisation=str(found.organisation_id),
        organisation_slug=found.organisation.slug,
        mrn=found.mrn,
        family_name=found.family_name,
        given_name=found.given_name,
        birth_date=found.born.isoformat(),
        sex=found.sex,
        numbers=tuple(
            (one.system, one.value, time_text(one.since), time_text(one.until)) for one in found.numbers.all()
        ),
        merged_into=str(found.merged_into_id or ""),
    )


def organization_of(place: Organisation) -> dict[str, Any]:
    """Return the Organization of a place; `numbers` are read."""
    return organization(
        pk=str(place.pk),
        name=place.name,
        slug=place.slug,
        active=place.is_active,
        numbers=tuple((one.system, one.value) for one in place.numbers.all()),
    )


def order_record(order: Order) -> OrderRecord:
    """Return an order as the mapping takes it; `transitions` are read of one that came to nothing."""
    ended = list(order.transitions.all())[-1:] if order.state in _ENDED else []
    return OrderRecord(
        pk=str(order.pk),
        state=order.state,
        patient=str(order.patient_id),
        laboratory=str(order.laboratory_id),
        placer_numbering=order.placer_namespace,
        placer_number=order.placer_number,
        group_number=order.group_number,
        service_code=order.service_code,
        priority=order.priority,
        clinical_question=order.clinical_question,
        ordering_name=order.ordering_name,
        ordering_id=order.ordering_id,
        authored=time_text(order.created_at),
        updated=time_text(order.updated_at),
        specimen=str(order.case_id or ""),
        visit_number=order.visit_number,
        location=order.location,
        reason="".join(step.reason for step in ended),
        reason_code="".join(step.reason_code for step in ended),
    )


def task_of(order: Order) -> dict[str, Any]:
    """Return the Task of an order; `case`, `transitions` and `specimen_rejections` are read."""
    standing = order if order.case is None else order.case
    rejection = order.specimen_rejections.first() if order.is_waiting else None
    if rejection is None:
        return task(order_record(order), str(standing.get_state_display()))
    return task(replace(order_record(order), rejected=_rejected(rejection)), gettext("Waiting for another specimen"))


def _rejected(rejection: SpecimenRejection) -> RejectedSpecimen:
    return RejectedSpecimen(
        tuple((reason.value, str(reason.label)) for reason in rejection.coded), " ".join(rejection.words.split())
    )


def specimen_record(case: Case, order: Order | None) -> SpecimenRecord:
    """Return the smear of a case as the mapping takes it; the order of a rejected one is the one that waits for another."""
    rejection = case.rejection if case.state == CaseState.REJECTED else None
    if rejection is not None:
        order = rejection.order
    place = {"id": str(case.laboratory_id), "slug": case.laboratory.slug}
    return SpecimenRecord(
        pk=str(case.pk),
        accession_numbering=accession_numbering(place),
        accession_number=case.accession_number,
        patient=str(case.patient_id),
        collected=time_text(case.collected_at),
        received=time_text(case.submitted_at),
        stain=str(case.get_stain_display()),
        order=str(order.pk) if order is not None else "",
        rejected=_rejected(rejection) if rejection is not None else None,
    )


def image_record(image: SmearImage) -> ImageRecord:
    """Return an image as the mapping takes it; `case` is read."""
    return ImageRecord(
        pk=str(image.pk),
        case=str(image.case_id),
        patient=str(image.case.patient_id),
        ordinal=image.ordinal,
        width=image.width,
        height=image.height,
        media_type="image/jpeg",
        received=time_text(image.uploaded_at),
    )
