"""A scraper of the metrics and what it reads."""

from __future__ import annotations

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "t" * 40


class Scrape:
    """What one answer of /metrics says."""

    def __init__(self, text):
        self.text = text
        self.families = {family.name: family for family in text_string_to_metric_families(text)}

    def value(self, name, **labels):
        """The value of the one sample with this name and these labels, or None."""
        found = [
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and sample.labels == labels
        ]
        assert len(found) < 2, f"{name} {labels} is there twice"
        return found[0] if found else None


@pytest.fixture
def scrape(db, settings):
    """Ask for the metrics as Prometheus does."""
    settings.METRICS_TOKEN = TOKEN

    def ask():
        answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return Scrape(answer.content.decode())

    return ask
