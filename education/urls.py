"""Pages of this app."""

from django.urls import path

from education.views import attempts, home, pictures, sets

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
]
