"""Routes of accounts that django-allauth does not bring."""

from django.urls import path

from accounts.views.invitation import AcceptInvitation
from accounts.views.profile import ProfileView

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:token>/", AcceptInvitation.as_view(), name="accept_invitation"),
    path("profile/", ProfileView.as_view(), name="profile"),
]
