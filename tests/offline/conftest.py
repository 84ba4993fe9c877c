"""A device of amina's, and what its browser wraps for it."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from offline.services.device_keys import make_device_key

OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@pytest.fixture
def device(amina):
    return make_device_key(actor=amina, browser="Mozilla/5.0 (Linux; Android 14) Chrome/128.0")


@pytest.fixture
def wrap():
    """`wrap(device, secret)` -> what a browser that has only the public half sends."""

    def wrap(device, secret):
        public = load_der_public_key(base64.b64decode(device.public_key))
        return base64.b64encode(public.encrypt(secret, OAEP)).decode()

    return wrap
