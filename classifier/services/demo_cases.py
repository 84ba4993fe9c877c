"""Demo patients, cases and smears, through the same services people use. For local use only.

Nobody in here exists: patients are called Sample One, Sample Two. Their smears are drawn or, where a clinical question says
so, pictures that others published under a licence (`material/CREDITS.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from accounts.demo import seed_people
from accounts.models import Role, User
from cases.models import Case, Order, OrderSource, Patient
from cases.services.cases import cancel_case, create_case, submit_case
from cases.services.images import receive_image
from cases.services.orders import open_case_of_order, receive_order
from cases.services.patients import register_patient
from cases.states import CaseState
from classifier.services.demo_fields import photograph
from classifier.services.demo_stories import STORIES, Story
from hematovision.errors import PermissionRefused

if TYPE_CHECKING:
    from collections.abc import Callable


def seed_cases(*, tick: Callable[[], None] | None = None) -> tuple[int, int]:
    """Create the demo people and cases that are not there yet; returns (created, there already).

    `tick` is called after each: whoever tells them on a clock lets it go on.
    Raises `PermissionRefused` where `DEMO_ACCOUNTS` is off, before anything is written.
    """
    if not getattr(settings, "DEMO_ACCOUNTS", False):
        raise PermissionRefused("Demo data exists in local settings only.")
    # The first of each clinic: another one begins today and has done nothing yet.
    uploaders = {
        person.organisation.slug: person
        for person in reversed(seed_people())
        if person.role == Role.UPLOADER and person.organisation is not None
    }
    created = 0
    for story in STORIES:
        created += _tell(story, uploaders[story.clinic])
        if tick is not None:
            tick()
    return created, len(STORIES) - created


def _tell(story: Story, uploader: User) -> bool:
    """Bring one case as far as its story goes; a case begun by an interrupted run is carried on. True when new."""
    case = Case.objects.filter(accession_number=story.accession_number, clinic=uploader.organisation).first()
    is_new = case is None
    if case is None:
        case = _open(story, uploader)
    if case.state != CaseState.DRAFT:
        return is_new
    for ordinal in range(case.images.counting().count(), len(story.fields)):
        # Of no microscope of the clinic: these pictures are drawn, or come from somewhere else.
        receive_image(actor=uploader, case=case, upload=photograph(story, ordinal), automatic=False)
    if story.ends_as == CaseState.CANCELLED:
        cancel_case(actor=uploader, case=case, reason=story.because)
    elif story.ends_as != CaseState.DRAFT:
        submit_case(actor=uploader, case=case, seen_poor_fields=case.images.counting().values_list("pk", flat=True))
    return is_new


def _open(story: Story, uploader: User) -> Case:
    """Open the case, from an order where the story begins with one."""
    patient = _patient(story, uploader)
    if not story.placer_number:
        return create_case(
            actor=uploader,
            patient=patient,
            accession_number=story.accession_number,
            priority=story.priority,
            stain=story.stain,
            objective=story.objective,
            clinical_question=story.asked,
        )
    order = Order.objects.filter(clinic=uploader.organisation, placer_number=story.placer_number).first()
    if order is None:
        order = receive_order(
            actor=uploader,
            patient=patient,
            placer_number=story.placer_number,
            received_by=OrderSource.PAGE,
            ordering_name=story.orderer,
            priority=story.priority,
            clinical_question=story.asked,
        )
    opened = open_case_of_order(
        actor=uploader,
        order=order,
        accession_number=story.accession_number,
        stain=story.stain,
        objective=story.objective,
    )
    return opened.case


def _patient(story: Story, uploader: User) -> Patient:
    mrn = f"DEMO-{story.number:04d}"
    known = Patient.objects.visible_to(uploader).with_mrn(mrn).first()
    if known is not None:
        return known
    return register_patient(
        actor=uploader,
        mrn=mrn,
        family_name="Sample",
        given_name=story.given_name,
        birth_date=story.birth_date,
        sex=story.sex,
    )
