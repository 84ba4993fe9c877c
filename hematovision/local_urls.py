"""The routes of one's own machine: those of every installation, and the way into the demo accounts.

Of `hematovision.settings.local` alone. Elsewhere the address does not exist, whatever a setting says.
"""

from django.urls import include, path

from hematovision import urls

urlpatterns = [path("", include("accounts.demo_urls")), *urls.urlpatterns]

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500
