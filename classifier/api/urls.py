"""API addresses of what the models found."""

from django.urls import URLPattern, URLResolver, path

from classifier.api.image import ImageOne
from classifier.api.prediction import PredictionList

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<uuid:pk>/", ImageOne.as_view(), name="image"),
    path("predictions/", PredictionList.as_view(), name="predictions"),
]
