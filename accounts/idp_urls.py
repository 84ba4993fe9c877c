"""The endpoints of the identity provider that API clients use, and the document that names them to SMART clients.

The rest of `allauth.idp.oidc` (authorisation codes, device codes, user info) is for signing people in elsewhere
and is not mounted. The namespaces are the library's own, because it reverses its routes by them.
"""

from django.urls import include, path

from accounts.views.smart import smart_configuration
from accounts.views.token import RevokeView, TokenView

_endpoints = [
    path("token", TokenView.as_view(), name="token"),
    path("revoke", RevokeView.as_view(), name="revoke"),
]

app_name = "idp"
urlpatterns = [
    path("identity/o/api/", include((_endpoints, "oidc"))),
    path("fhir/r4/.well-known/smart-configuration", smart_configuration, name="smart_configuration"),
]
