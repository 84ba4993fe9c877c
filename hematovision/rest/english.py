"""What programs are told is English in every language of the caller: they keep and compare it. Refusals follow `Accept-Language`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from rest_framework import serializers
from rest_framework.views import APIView

from hematovision.languages import in_language


class AnswersInEnglish(APIView):
    """A view of which everything is for programs, its refusals too."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Leave the caller's language, and for good: the answer is rendered after the view, and names its language."""
        translation.activate(settings.LANGUAGE_CODE)
        return super().dispatch(request, *args, **kwargs)


class ToldInEnglish(serializers.Serializer):
    """An answer with sentences that are made as it is asked for."""

    def to_representation(self, instance: Any) -> Any:
        """Return the members in English."""
        with in_language(settings.LANGUAGE_CODE):
            return super().to_representation(instance)
