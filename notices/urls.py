"""Pages of this app."""

from django.urls import path

from notices.views import browsers, notifications

app_name = "notices"

urlpatterns = [
    path("notifications/", notifications.notification_list, name="list"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/read/", notifications.read_all, name="read_all"),
    path("notifications/email/", notifications.choose_email, name="email"),
    path("notifications/orders/", notifications.choose_orders, name="orders"),
    path("notifications/browsers/", browsers.take_up, name="take_up_browser"),
    path("notifications/browsers/<uuid:pk>/remove/", browsers.remove, name="remove_browser"),
    path("notifications/quiet-hours/", browsers.choose_quiet_hours, name="quiet_hours"),
    path("notifications/<uuid:pk>/", notifications.open_notification, name="open"),
]
