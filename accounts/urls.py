"""Routes of accounts that django-allauth does not bring, or brings otherwise."""

from django.urls import path

from accounts.views.invitation import AcceptInvitation
from accounts.views.profile import ProfileView
from accounts.views.second_factor import OfferSecondFactor
from accounts.views.sessions import OwnSessions

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:token>/", AcceptInvitation.as_view(), name="accept_invitation"),
    path("profile/", ProfileView.as_view(), name="profile"),
    path("second-factor/", OfferSecondFactor.as_view(), name="offer_second_factor"),
    path("sessions/", OwnSessions.as_view(), name="sessions"),  # in place of django-allauth's, at the same address
]
