"""Addresses of this app."""

from django.urls import path

from offline.api import device
from offline.views import revoke

app_name = "offline"

urlpatterns = [
    path("offline/person/", device.Person.as_view(), name="person"),
    path("offline/devices/", device.Devices.as_view(), name="devices"),
    path("offline/unwrap/", device.Unwrap.as_view(), name="unwrap"),
    path("offline/discard/", device.Discard.as_view(), name="discard"),
    path("offline/devices/<uuid:pk>/revoke/", revoke.revoke, name="revoke"),
]
