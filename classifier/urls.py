"""Pages of oversight."""

from django.urls import path

from classifier.views import explanation, models, predictions

app_name = "classifier"

urlpatterns = [
    path("oversight/predictions/", predictions.prediction_list, name="predictions"),
    path("oversight/predictions/export/", predictions.export_predictions, name="export_predictions"),
    path("oversight/models/", models.model_list, name="models"),
    path("cells/<uuid:pk>/explanation/", explanation.explanation, name="explanation"),
    path("cells/<uuid:pk>/explanation.png", explanation.explanation_picture, name="explanation_picture"),
]
