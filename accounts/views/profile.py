"""One's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views import View

from accounts.forms import ProfileForm
from accounts.models import User
from accounts.services import choose_language, rename_person
from hematovision.errors import DomainError
from hematovision.languages import in_language

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class ProfileView(LoginRequiredMixin, View):
    """Name, language, role and organisation, and the way to password, second factor and sessions."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the account."""
        return self._page(request, ProfileForm(instance=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change the name and the language."""
        # A second copy: the form writes into its instance, and the page's top bar shows the user's.
        user = User.objects.get(pk=request.user.pk)
        form = ProfileForm(request.POST, instance=User.objects.get(pk=user.pk))
        if form.is_valid():
            try:
                with transaction.atomic():
                    rename_person(actor=user, user=user, full_name=form.cleaned_data["full_name"])
                    choose_language(actor=user, language=form.cleaned_data["language"])
            except DomainError as error:
                form.add_error(None, error.sentence)
            else:
                # It is read on the next page, which is in the new language.
                with in_language(form.cleaned_data["language"] or get_language_from_request(request)):
                    messages.success(request, _("Your profile was saved."))
                return redirect("accounts:profile")
        return self._page(request, form)

    def _page(self, request: HttpRequest, form: ProfileForm) -> HttpResponse:
        return render(request, "accounts/profile.html", {"form": form}, status=400 if form.errors else 200)
