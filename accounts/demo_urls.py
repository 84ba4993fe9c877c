"""The way into the demo accounts; `hematovision.local_urls` alone includes it."""

from django.urls import path

from accounts.demo_sign_in import ROUTE
from accounts.views.demo import demo_sign_in

urlpatterns = [path("accounts/demo/", demo_sign_in, name=ROUTE)]
