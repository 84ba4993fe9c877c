"""Pages of oversight."""

from django.urls import path

from classifier.views import models, predictions

app_name = "classifier"

urlpatterns = [
    path("oversight/predictions/", predictions.prediction_list, name="predictions"),
    path("oversight/predictions/export/", predictions.export_predictions, name="export_predictions"),
    path("oversight/models/", models.model_list, name="models"),
]
