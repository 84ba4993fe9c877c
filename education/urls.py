"""Pages of this app."""

from django.urls import path

from education.views import copies, home, material, objections, pictures

app_name = "education"

urlpatterns = [
    path("learn/", home.home, name="home"),
    path("learn/cells/<uuid:pk>/picture.png", pictures.cell_picture, name="cell_picture"),
    path("learn/fields/<uuid:pk>/picture.png", pictures.field_picture, name="field_picture"),
    path("learn/material/", material.material, name="material"),
    path("learn/material/consents/", material.consents, name="consents"),
    path("learn/material/<uuid:pk>/source/", material.source, name="source"),
    # Of a report and of a patient, with their ids: no part of what is taught.
    path("reports/<uuid:pk>/teaching/", copies.copy, name="copy"),
    path("patients/<uuid:pk>/teaching/", objections.objection, name="objection"),
]
