"""Routes of the guide."""

from django.urls import path

from guide.views import first_steps, help_pages

app_name = "guide"

urlpatterns = [
    path("help/", help_pages.help_index, name="help"),
    path("help/<slug:slug>/", help_pages.help_page, name="help_page"),
    path("first-steps/hide/", first_steps.hide, name="hide_first_steps"),
]
