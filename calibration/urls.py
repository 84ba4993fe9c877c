"""Pages of this app."""

from django.urls import path

from calibration.views import calibrate, variants

app_name = "calibration"

urlpatterns = [
    path("microscopes/<uuid:pk>/calibrate/", calibrate.calibrate, name="calibrate"),
    path("microscopes/<uuid:pk>/calibrate/live/", calibrate.live, name="live"),
    path("microscopes/<uuid:pk>/calibrate/label/", calibrate.label, name="label"),
    path("microscopes/<uuid:pk>/calibrate/propose/", calibrate.propose, name="propose"),
    path("microscopes/<uuid:pk>/calibrate/run/", calibrate.run, name="run"),
    path("microscopes/<uuid:pk>/calibrate/use/", variants.use, name="use"),
    path("microscopes/<uuid:pk>/calibrate/stop/", variants.stop, name="stop"),
]
