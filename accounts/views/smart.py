"""Where SMART clients look up how to get a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.assertions import token_url
from accounts.client_keys import ALGORITHM_OF
from accounts.conf import absolute_url
from accounts.scopes import SCOPES, SMART_SCOPES

if TYPE_CHECKING:
    from django.http import HttpRequest

_METHODS = ["private_key_jwt", "client_secret_basic", "client_secret_post"]
_ALGORITHMS = sorted(ALGORITHM_OF.values(), reverse=True)


@require_safe
def smart_configuration(_request: HttpRequest) -> JsonResponse:
    """Answer what a SMART client has to know before its first token (SMART App Launch 2.2, backend services); 404 where FHIR is off."""
    if not settings.SERVE_FHIR:
        raise Http404
    return JsonResponse(
        {
            "token_endpoint": token_url(),
            "token_endpoint_auth_methods_supported": _METHODS,
            "token_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": [*SMART_SCOPES, *SCOPES],
            "revocation_endpoint": absolute_url(reverse("idp:oidc:revoke")),
            "revocation_endpoint_auth_methods_supported": _METHODS,
            "revocation_endpoint_auth_signing_alg_values_supported": _ALGORITHMS,
            # Demanded of every server; there are no codes here that it could be used with.
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["client-confidential-asymmetric", "client-confidential-symmetric", "permission-v2"],
        }
    )
