"""Pages of this app."""

from django.urls import path

from education.views import attempts, copies, home, material, objections, pictures, sets

app_name = "education"

urlpatterns = [
    path("learn/", home.home, name="home"),
    path("learn/sets/<uuid:pk>/", sets.set_page, name="set"),
    path("learn/sets/<uuid:pk>/start/", sets.start, name="start"),
    path("learn/attempts/<uuid:pk>/", attempts.attempt_page, name="attempt"),
    path("learn/attempts/<uuid:pk>/questions/<int:position>/", attempts.question, name="question"),
    path("learn/attempts/<uuid:pk>/end/", attempts.end, name="end"),
    path("learn/attempts/<uuid:pk>/result/", attempts.result, name="result"),
    path("learn/attempts/<uuid:pk>/wrong-again/", attempts.wrong_again, name="wrong_again"),
    path("learn/cells/<uuid:pk>/picture.png", pictures.cell_picture, name="cell_picture"),
    path("learn/fields/<uuid:pk>/picture.png", pictures.field_picture, name="field_picture"),
    path("learn/material/", material.material, name="material"),
    path("learn/material/consents/", material.consents, name="consents"),
    path("learn/material/<uuid:pk>/source/", material.source, name="source"),
    # Of a report and of a patient, with their ids: no part of what is taught.
    path("reports/<uuid:pk>/teaching/", copies.copy, name="copy"),
    path("patients/<uuid:pk>/teaching/", objections.objection, name="objection"),
]
