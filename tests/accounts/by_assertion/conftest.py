"""A client that signs in by its keys, at an installation with an address."""

from __future__ import annotations

import pytest

from accounts.services import create_api_client
from tests.accounts.by_assertion._assertions import KEYS
from tests.accounts.client_keys import document


@pytest.fixture(autouse=True)
def _base_url(settings):
    settings.HEMATOVISION_BASE_URL = "https://smears.example"


@pytest.fixture
def lis(riverside):
    return create_api_client(
        actor=None, name="LIS", organisation=riverside, scopes=["cases:read", "reports:read"], jwks=document(KEYS)
    )
