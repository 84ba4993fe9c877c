"""Every route of the site; each app owns its own `urls.py`."""

from django.contrib import admin
from django.urls import include, path

from hematovision import health
from hematovision.metrics.views import metrics

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.idp_urls")),
    path("api/", include("hematovision.api")),
    path("fhir/r4/", include("integrations.api.fhir.urls")),
    path("", include("classifier.urls")),
    path("", include("audit.urls")),
    path("", include("notices.urls")),
    path("", include("review.urls")),
    path("", include("consult.urls")),
    path("", include("calibration.urls")),
    path("", include("reports.urls")),
    path("", include("inbox.urls")),
    path("", include("integrations.urls")),
    path("", include("sandbox.urls")),
    path("", include("education.urls")),
    path("", include("oversight.urls")),
    path("", include("cases.urls")),
    path("", include("offline.urls")),
    path("", include("guide.urls")),
    path("", include("workbench.urls")),
]

# Below /api/ and /fhir/ every error is a problem document, elsewhere a page.
handler400 = "hematovision.rest.handlers.bad_request"
handler403 = "hematovision.rest.handlers.permission_denied"
handler404 = "hematovision.rest.handlers.page_not_found"
handler500 = "hematovision.rest.handlers.server_error"
