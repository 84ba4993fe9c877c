"""Pages of this app."""

from django.urls import path

from inbox.views import delivery, inbox, limits

app_name = "inbox"

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/critical-limits/", limits.critical_limits, name="limits"),
    path("inbox/<uuid:pk>/", delivery.delivery_page, name="delivery"),
    path("inbox/<uuid:pk>/acknowledge/", delivery.acknowledge_delivery, name="acknowledge"),
]
