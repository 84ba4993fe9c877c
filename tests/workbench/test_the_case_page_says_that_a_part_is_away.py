"""Whoever waits for an analysis that waits for a part of the system is told so, and told when it no longer does."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from classifier.models import Analysis, AnalysisState
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.pages import text

pytestmark = pytest.mark.django_db

SENTENCE = "A part of the system does not answer"


def test_the_sentence_comes_and_goes_with_the_outage(client, riverside, amina):
    case = CaseFactory(clinic=riverside, analysing=True)
    image = SmearImageFactory(case=case, state="queued")
    now = timezone.now()
    Analysis.objects.create(image=image, state=AnalysisState.QUEUED, queued_at=now)
    client.force_login(amina)
    page = client.get(reverse("workbench:case", args=[case.pk]))
    assert SENTENCE not in text(page)

    Analysis.objects.update(away_since=now)
    assert SENTENCE in text(client.get(reverse("workbench:case", args=[case.pk])))
    changed = client.get(_live(page))
    assert SENTENCE in text(changed)
    assert client.get(_live(changed)).status_code == 204

    Analysis.objects.update(away_since=None)
    assert SENTENCE not in text(client.get(_live(changed)))


def _live(page):
    """The address the page asks for what changed."""
    return re.search(r'hx-get="([^"]+seen=[^"]+)"', page.content.decode())[1].replace("&amp;", "&")
