"""Routes of the guide."""

from django.urls import path

from guide.views import first_steps

app_name = "guide"

urlpatterns = [
    path("first-steps/hide/", first_steps.hide, name="hide_first_steps"),
]
