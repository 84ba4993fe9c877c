"""What the account tests share."""

from __future__ import annotations

import re

import pytest

from accounts.models import PasswordResetRequest
from accounts.services import answer_password_reset
from tests.people import PASSWORD


@pytest.fixture
def sign_in(client):
    """Return a function that types an address and a password into the sign-in page."""

    def post(email: str, password: str = PASSWORD, **kwargs):
        return client.post("/accounts/login/", {"login": email, "password": password}, **kwargs)

    return post


@pytest.fixture
def link_in():
    """Return a function that finds the first path of this site in the text of an e-mail."""

    def find(text: str) -> str:
        return re.search(r"https?://[^/\s]+(/\S+)", text).group(1)

    return find


@pytest.fixture
def answer_requests():
    """Return a function that does what a worker does with the requests for a new password."""

    def answer():
        for request in PasswordResetRequest.objects.all():
            answer_password_reset(request_id=request.pk)

    return answer
