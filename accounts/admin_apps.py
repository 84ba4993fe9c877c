"""The Django admin with our site in place of the default one."""

from django.contrib.admin.apps import AdminConfig


class ClinicalAdminConfig(AdminConfig):
    """Named in INSTALLED_APPS instead of `django.contrib.admin`."""

    default_site = "accounts.admin_site.ClinicalAdminSite"
