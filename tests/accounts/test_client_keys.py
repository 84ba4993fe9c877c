"""Public keys of a client: what is accepted, what is refused and in which words, and who changes them."""

from __future__ import annotations

import io
import json

import pytest
from allauth.idp.oidc.models import Token
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from accounts.client_keys import as_document, read_keys
from accounts.models import ApiClient
from accounts.services import create_api_client, set_api_client_keys
from accounts.verification import API_CLIENTS
from audit.models import AuditEvent
from hematovision.errors import NotFound, PermissionRefused, Unprocessable
from tests.accounts.client_keys import document, jwk

pytestmark = pytest.mark.django_db

RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())
NEXT = ec.generate_private_key(ec.SECP384R1())
SHORT = rsa.generate_private_key(65537, 1024)  # noqa: S505
PEM = EC.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def of(*keys):
    return json.dumps({"keys": keys})


def test_what_is_kept_is_the_public_key_and_its_name():
    kept = read_keys(of(jwk(RSA, "a", x5u="https://elsewhere.example", alg="RS384"), jwk(EC, "b", key_ops=["verify"])))
    assert [(key["kid"], key["alg"]) for key in kept] == [("a", "RS384"), ("b", "ES384")]
    assert kept[0].keys() == {"kid", "alg", "kty", "n", "e"}
    assert kept[1].keys() == {"kid", "alg", "kty", "crv", "x", "y"}
    assert read_keys(as_document(kept)) == kept
    assert read_keys(" \n") == []


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("https://client.example/jwks.json", "fetches nothing"),
        (PEM.decode(), "private"),
        (of({**RSAAlgorithm.to_jwk(RSA, as_dict=True), "kid": "a"}), "private"),
        (of({**ECAlgorithm.to_jwk(EC, as_dict=True), "kid": "a"}), "private"),
        (of({"kty": "oct", "kid": "a", "k": "c2VjcmV0"}), "secret"),
        (of(jwk(SHORT, "a")), "1024 bits"),
        (of(jwk(rsa.generate_private_key(3, 2048), "a")), "exponent"),
        (of(jwk(ec.generate_private_key(ec.SECP256R1()), "a")), "P-384"),
        (of({**jwk(EC, "a"), "x": jwk(NEXT, "b")["x"]}), "cannot be read"),
        (of({**jwk(EC, "a"), "x": 7}), "cannot be read"),
        (of({**jwk(RSA, "a"), "n": None}), "cannot be read"),
        (of({"kty": "RSA", "kid": "a"}), "cannot be read"),
        (of({"kty": "OKP", "kid": "a", "crv": "Ed25519", "x": "x"}), "neither RSA nor EC"),
        (of(jwk(EC, "")), "needs a kid"),
        (of(jwk(EC, "line\nbreak")), "needs a kid"),
        (of({**jwk(EC, "a"), "kid": 1}), "needs a kid"),
        (of(jwk(EC, "a", alg="ES256")), "another algorithm"),
        (of(jwk(EC, "a", alg="HS256")), "another algorithm"),
        (of({**jwk(EC, "a"), "use": "enc"}), "not for signatures"),
        (of(jwk(EC, "a", key_ops=["sign"])), "not for signatures"),
        (of(jwk(EC, "a"), jwk(NEXT, "a")), "the same kid"),
        (of(jwk(EC, "a"), jwk(NEXT, "b"), jwk(RSA, "c")), "one key or two"),
        (of(), "one key or two"),
        (of("a"), "has no kty"),
        ("[]", "has the form"),
        ('{"keys": {}}', "has the form"),
        ("{", "no JSON"),
        ("[" * 19_000, "no JSON"),
        ("x" * 20_001, "longer than"),
    ],
    # Keys are made anew by every process, which have to agree on the names of the tests.
    ids=lambda value: value if len(value) < 40 else "keys",
)
def test_what_is_refused_and_why(pasted, sentence):
    with pytest.raises(Unprocessable) as refusal:
        read_keys(pasted)
    assert sentence in refusal.value.sentence


@pytest.fixture
def lis(riverside):
    return create_api_client(
        actor=None, name="LIS", organisation=riverside, scopes=["cases:read"], jwks=document({"a": EC})
    ).api_client


def a_token(lis):
    return Token.objects.create(type=Token.Type.ACCESS_TOKEN, hash="x", client=lis.client, scopes="cases:read")


def test_changing_over_ends_no_token_until_the_old_key_goes(ines, lis):
    token = a_token(lis)
    ApiClient.objects.update(jwks={"keys": [{**lis.keys[0], "since": "2020-01-01"}]})
    both = set_api_client_keys(actor=ines, api_client=lis, jwks=document({"a": EC, "b": NEXT}))
    assert [key["since"] > "2020-01-01" for key in both.keys] == [False, True]
    assert Token.objects.filter(pk=token.pk).exists()
    set_api_client_keys(actor=ines, api_client=lis, jwks=document({"b": NEXT}))
    assert not Token.objects.exists()


def test_another_key_under_the_same_id_is_a_new_one(ines, lis):
    a_token(lis)
    ApiClient.objects.update(jwks={"keys": [{**lis.keys[0], "since": "2020-01-01"}]})
    (key,) = set_api_client_keys(actor=ines, api_client=lis, jwks=document({"a": NEXT})).keys
    assert key["since"] > "2020-01-01"
    assert not Token.objects.exists()


def test_every_change_is_recorded_and_no_change_is_none(ines, lis):
    set_api_client_keys(actor=ines, api_client=lis, jwks=document({"a": EC}))
    assert not AuditEvent.objects.filter(action="permission_change", object_id=str(lis.pk)).exists()
    set_api_client_keys(actor=ines, api_client=lis, jwks="")
    event = AuditEvent.objects.get(action="permission_change", object_id=str(lis.pk))
    assert (event.before, event.after["keys"]) == ({"keys": ["a (ES384)"]}, [])


@pytest.mark.parametrize("who", ["amina", "pavel", "olga"])
def test_nobody_else_changes_keys(request, lis, who):
    with pytest.raises(PermissionRefused):
        set_api_client_keys(actor=request.getfixturevalue(who), api_client=lis, jwks="")


def test_not_those_of_another_laboratory(lis, nadia, lars):
    for person in (nadia, lars):
        with pytest.raises((NotFound, PermissionRefused)):
            set_api_client_keys(actor=person, api_client=lis, jwks="")


def test_a_key_slipped_in_is_found(lis):
    assert list(API_CLIENTS.check()) == []
    ApiClient.objects.update(jwks={"keys": [{**jwk(NEXT, "a"), "alg": "ES384", "since": "2020-01-01"}]})
    assert [finding.object_id for finding in API_CLIENTS.check()] == [str(lis.pk)]


def test_the_command_takes_a_file(riverside, tmp_path):
    file = tmp_path / "keys.json"
    arguments = ["create_api_client", "LIS", "--organisation", "riverside-clinic", "--scope", "cases:read", "--keys"]
    for text, sentence in (("", "is empty"), (PEM.decode(), "private"), (None, "cannot be read")):
        if text is not None:
            file.write_text(text)
        with pytest.raises(CommandError, match=sentence):
            call_command(*arguments, str(file if text is not None else tmp_path / "none.json"))
    assert not ApiClient.objects.exists()
    file.write_text(document({"a": EC}))
    call_command(*arguments, str(file), stdout=io.StringIO())
    assert [key["kid"] for key in ApiClient.objects.get().keys] == ["a"]


def change(client, lis, **form):
    address = reverse("admin:accounts_apiclient_change", args=[lis.pk])
    return client.post(address, {"scopes": ["cases:read"], "is_active": "on"} | form, follow=True)


def test_an_administrator_lists_replaces_and_removes_keys(client, ines, lis):
    client.force_login(ines)
    page = client.get(reverse("admin:accounts_apiclient_change", args=[lis.pk])).content.decode()
    assert f"a (ES384, since {lis.keys[0]['since']})" in page
    change(client, lis, public_keys=document({"a": EC, "b": RSA}))
    lis.refresh_from_db()
    assert [key["kid"] for key in lis.keys] == ["a", "b"]
    change(client, lis, public_keys="")
    lis.refresh_from_db()
    assert lis.jwks == {}


def test_saving_the_page_as_it_is_changes_nothing(client, ines, lis):
    client.force_login(ines)
    shown = (
        client.get(reverse("admin:accounts_apiclient_change", args=[lis.pk])).context["adminform"].form["public_keys"]
    )
    change(client, lis, public_keys=shown.value())
    assert not AuditEvent.objects.filter(action="permission_change", object_id=str(lis.pk)).exists()


def test_a_private_key_is_refused_beside_the_field(client, ines, lis):
    client.force_login(ines)
    answer = change(client, lis, public_keys=PEM.decode())
    assert "It belongs to the client alone" in str(answer.context["adminform"].form.errors["public_keys"])
    lis.refresh_from_db()
    assert [key["kid"] for key in lis.keys] == ["a"]


def test_a_new_client_may_come_with_keys(client, ines, riverside):
    client.force_login(ines)
    form = {
        "name": "LIS",
        "organisation": str(riverside.pk),
        "scopes": ["cases:read"],
        "public_keys": document({"a": RSA}),
    }
    client.post(reverse("admin:accounts_apiclient_add"), form)
    assert [key["alg"] for key in ApiClient.objects.get().keys] == ["RS384"]
