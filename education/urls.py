"""Pages of this app."""

from django.urls import path

from education.views import (
    atlas,
    attempts,
    cells,
    certificate_requests,
    certificates,
    check,
    copies,
    differentials,
    exports,
    home,
    material,
    objections,
    pictures,
    proficiency,
    progress,
    sets,
)

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
    path("learn/attempts/<uuid:pk>/certificate/", certificates.ask, name="ask_certificate"),
    path("learn/certificates/", certificates.certificates, name="certificates"),
    path("learn/certificates/<uuid:pk>/", certificates.certificate, name="certificate"),
    path("learn/certificates/<uuid:pk>.pdf", certificates.certificate_file, name="certificate_file"),
    path(
        "learn/certificates/requests/<uuid:pk>/", certificate_requests.certificate_request, name="certificate_request"
    ),
    path("check/<str:content_hash>/", check.check, name="check"),
    path("learn/atlas/", atlas.atlas, name="atlas"),
    path("learn/atlas/compare/", atlas.compare, name="compare"),
    path("learn/atlas/<slug:code>/", atlas.class_page, name="atlas_class"),
    path("learn/cells/<uuid:pk>/", cells.cell_page, name="cell"),
    path("learn/cells/<uuid:pk>/comments/", cells.comment, name="comment"),
    path("learn/cells/<uuid:pk>/caption/", cells.caption, name="caption"),
    path("learn/comments/<uuid:pk>/hide/", cells.hide, name="hide_comment"),
    path("learn/sets/<uuid:pk>/export/", exports.export, name="export_set"),
    path("learn/progress/", progress.progress, name="progress"),
    path("learn/differentials/<uuid:pk>/", differentials.differential_page, name="differential"),
    path("learn/differentials/<uuid:pk>/answers/", differentials.differential_answers, name="differential_answers"),
    path("learn/differentials/<uuid:pk>/result/", differentials.differential_result, name="differential_result"),
    path("learn/proficiency/", proficiency.proficiency_tests, name="proficiency_tests"),
    path("learn/proficiency/<uuid:pk>/", proficiency.proficiency_page, name="proficiency_test"),
    path("learn/proficiency/<uuid:pk>/report.csv", proficiency.proficiency_file, name="proficiency_file"),
    path("learn/cells/<uuid:pk>/picture.png", pictures.cell_picture, name="cell_picture"),
    path("learn/fields/<uuid:pk>/picture.png", pictures.field_picture, name="field_picture"),
    path("learn/predictions/<uuid:pk>/heat-maps.webp", pictures.heat_maps, name="heat_maps"),
    path("learn/material/", material.material, name="material"),
    path("learn/material/consents/", material.consents, name="consents"),
    path("learn/material/<uuid:pk>/source/", material.source, name="source"),
    # Of a report and of a patient, with their ids: no part of what is taught.
    path("reports/<uuid:pk>/teaching/", copies.copy, name="copy"),
    path("patients/<uuid:pk>/teaching/", objections.objection, name="objection"),
]
