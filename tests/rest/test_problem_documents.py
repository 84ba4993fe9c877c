"""Every error the API gives is a problem document with the same members."""

import json
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from hematovision import errors


class Nested(serializers.Serializer):
    mrn = serializers.CharField(max_length=3)


class Outer(serializers.Serializer):
    patient = Nested()
    numbers = serializers.ListField(child=serializers.IntegerField())


def answer_to(exc, **headers):
    class View(APIView):
        authentication_classes = ()
        permission_classes = ()

        def get(self, request):
            raise exc

    request = APIRequestFactory().get("/api/v1/x/", {"mrn": "MRN-4711"}, headers=headers)
    return View.as_view()(request).render()


@pytest.mark.parametrize(
    ("exc", "status", "code"),
    [
        (errors.DomainError("No."), 400, "bad-request"),
        (errors.PermissionRefused(), 403, "permission-refused"),
        (errors.NotFound(), 404, "not-found"),
        (errors.Conflict(), 409, "conflict"),
        (errors.PreconditionFailed(), 412, "precondition-failed"),
        (errors.TooLarge(), 413, "too-large"),
        (errors.UnsupportedMedia(), 415, "unsupported-media"),
        (errors.Unprocessable(), 422, "unprocessable"),
        (Http404("a secret"), 404, "not-found"),
        (PermissionDenied("a secret"), 403, "permission-denied"),
        # 401 needs an authentication scheme to keep its status: none is configured on the bare view.
        (exceptions.NotAuthenticated(), 403, "not-authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method-not-allowed"),
        (exceptions.NotAcceptable(), 406, "not-acceptable"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported-media-type"),
        (exceptions.ParseError(), 400, "parse-error"),
        (exceptions.Throttled(3), 429, "throttled"),
    ],
)
def test_each_error_has_the_five_members(exc, status, code):
    response = answer_to(exc)
    body = json.loads(response.content)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "instance"}
    assert body["status"] == status
    assert body["type"] == f"urn:hematovision:problem:{code}"
    assert "secret" not in response.content.decode()
    assert "MRN-4711" not in response.content.decode()


def test_a_domain_error_says_its_sentence_and_details():
    response = answer_to(errors.TooLarge("At most 50 MB.", details={"limit": 50, "status": 1}))
    body = json.loads(response.content)
    assert body["detail"] == "At most 50 MB."
    assert body["limit"] == 50
    assert body["status"] == 413, "details never replace a standard member"


def test_validation_errors_are_listed_per_field():
    given = Outer(data={"patient": {"mrn": "MRN-4711"}, "numbers": [1, "x"]})
    assert not given.is_valid()
    body = json.loads(answer_to(exceptions.ValidationError(given.errors)).content)
    assert body["status"] == 400
    assert set(body["errors"]) == {"patient.mrn", "numbers.1"}
    assert all(isinstance(lines, list) for lines in body["errors"].values())
    assert "2 fields" in body["detail"]


def test_model_validation_errors_read_the_same():
    exc = ValidationError({"birth_date": ["In the future."], "__all__": ["Both or none."]})
    body = json.loads(answer_to(exc).content)
    assert body["errors"] == {"birth_date": ["In the future."], "request": ["Both or none."]}


def test_the_instance_is_the_request_id():
    request_id = uuid.uuid4()
    body = json.loads(answer_to(Http404(), **{"X-Request-ID": request_id.hex}).content)
    assert body["instance"] == f"urn:uuid:{request_id}"


def test_a_throttled_caller_learns_when_to_come_back():
    assert answer_to(exceptions.Throttled(wait=3.2))["Retry-After"] == "4"


def test_a_defect_is_raised_and_not_shown():
    with pytest.raises(ZeroDivisionError):
        answer_to(ZeroDivisionError("a secret"))
