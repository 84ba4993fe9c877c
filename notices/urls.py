"""Pages of this app."""

from django.urls import path

from notices.views import notifications

app_name = "notices"

urlpatterns = [
    path("notifications/", notifications.notification_list, name="list"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/read/", notifications.read_all, name="read_all"),
    path("notifications/email/", notifications.choose_email, name="email"),
    path("notifications/orders/", notifications.choose_orders, name="orders"),
    path("notifications/<uuid:pk>/", notifications.open_notification, name="open"),
]
