"""How the API spells a signed report."""

from __future__ import annotations

from rest_framework import serializers

from reports.api.content_serializers import ReportContent
from reports.models import ReportKind


class SignatureOut(serializers.Serializer):
    """Who signed, when, and what the signature means."""

    name = serializers.CharField(source="signer_name")
    role = serializers.CharField(source="signer_role")
    meaning = serializers.CharField()
    signed_at = serializers.DateTimeField()


class ReportOut(serializers.Serializer):
    """One version of the report of a case. `current` says whether it is the one that stands."""

    id = serializers.UUIDField()
    case = serializers.UUIDField(source="case_id")
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ReportKind.choices)
    current = serializers.BooleanField(help_text="False once a later version was signed.")
    previous = serializers.UUIDField(source="previous_id", allow_null=True)
    reason_code = serializers.CharField(help_text="Why there is a version after the first; empty for the first.")
    signature = SignatureOut()
    content_sha256 = serializers.CharField()
    pdf_sha256 = serializers.CharField()
    pdf_size = serializers.IntegerField(help_text="Bytes.")
    digest = serializers.CharField(help_text="SHA-256 that was signed: content, PDF and images bound together.")


class ReportDetail(ReportOut):
    """One version with its content, as it was signed."""

    verified = serializers.BooleanField(help_text="Content, PDF, images and signature are those that were signed.")
    content = ReportContent(
        help_text="The frozen content as it was sealed. Members of format 2 are absent from reports of format 1."
    )
