"""Pages of this app."""

from django.urls import path

from education.views import home, pictures

app_name = "education"

urlpatterns = [
    path("learn/", home.home, name="home"),
    path("learn/cells/<uuid:pk>/picture.png", pictures.cell_picture, name="cell_picture"),
    path("learn/fields/<uuid:pk>/picture.png", pictures.field_picture, name="field_picture"),
]
