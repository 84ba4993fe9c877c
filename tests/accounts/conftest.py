"""What the account tests share."""

from __future__ import annotations

import re

import pytest

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
