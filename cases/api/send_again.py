"""Another specimen in place of a rejected one."""

from __future__ import annotations

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.requests import signed_in
from cases.api.case import WRITERS, CaseView, case_response
from cases.api.case_serializers import CaseDetail, SendAgainIn
from cases.services.rejections import send_again


@extend_schema(tags=["cases"])
class CaseSendAgain(CaseView):
    """Send another specimen."""

    required_scopes: ClassVar = {"POST": "cases:write"}
    allowed_roles: ClassVar = {"POST": WRITERS}

    @extend_schema(summary="Send another specimen", request=SendAgainIn, responses={201: CaseDetail})
    def post(self, request: Request, pk: uuid.UUID) -> Response:
        """Open a draft in place of a case whose specimen was rejected, of the same patient and order, with what still holds.

        Once: 409 `sent-again` names in `case` the one that there is.
        """
        case = self.visible_case(pk)
        given = SendAgainIn(data=request.data)
        given.is_valid(raise_exception=True)
        made = send_again(actor=signed_in(request), case=case, **given.validated_data)
        response = case_response(self.visible_case(made.pk), request.user, status_code=status.HTTP_201_CREATED)
        response["Location"] = reverse("api:case", args=[made.pk], request=request)
        return response
