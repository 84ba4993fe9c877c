"""Two records of one person made one, over the API."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_permissions import ScopeRequired
from accounts.models import Role
from accounts.requests import signed_in
from cases.models import Patient
from cases.services.patient_merges import merge_patients
from cases.services.repointing import CASES
from hematovision.errors import Unprocessable
from hematovision.rest.base import NotCached
from hematovision.rest.bodies import StrictBody

NO_SUCH_PATIENT = _("You know no patient with this id.")


class MergeIn(StrictBody):
    """Which record stands for the person from now on, and why."""

    into = serializers.UUIDField(help_text="Id of the patient that stays.")
    reason = serializers.CharField(
        max_length=500, help_text="A sentence that names no patient: it stays in the audit trail."
    )


class MergeOut(serializers.Serializer):
    """A merge as it was done."""

    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="from_patient_id")
    into = serializers.UUIDField(source="into_id")
    merged_at = serializers.DateTimeField()
    cases = serializers.ListField(
        child=serializers.UUIDField(), help_text="The unsigned cases that are of the patient who stays now."
    )


@extend_schema(tags=["patients"])
class PatientMergeOne(NotCached, APIView):
    """The merge of one patient into another."""

    permission_classes = (IsAuthenticated, ScopeRequired)
    required_scopes: ClassVar = {"POST": "patients:write"}
    allowed_roles: ClassVar = {"POST": frozenset({Role.UPLOADER, Role.PATHOLOGIST, Role.ADMINISTRATOR})}

    @extend_schema(summary="Merge a patient into another", request=MergeIn, responses={201: MergeOut})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Make the patient of the address and `into` one person: unsigned cases are `into`'s, and every number finds `into`.

        Signed reports keep the identity they were signed with. A patient that was merged already answers 409 `merged`, with
        the one that stands as `into`.
        """
        patients = Patient.objects.visible_to(request.user).select_related("organisation")
        patient = get_object_or_404(patients, pk=pk)
        given = MergeIn(data=request.data)
        given.is_valid(raise_exception=True)
        into = patients.filter(pk=given.validated_data["into"]).first()
        if into is None:
            # A foreign id reads like an unknown one.
            sentence = str(NO_SUCH_PATIENT)
            raise Unprocessable(sentence, code="no_patient", details={"errors": {"into": [sentence]}})
        reason = given.validated_data["reason"]
        merge: Any = merge_patients(actor=signed_in(request), patient=patient, into=into, reason=reason)
        merge.cases = merge.before["repointed"][CASES]
        return Response(MergeOut(merge).data, status=status.HTTP_201_CREATED)
