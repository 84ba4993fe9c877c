"""The HematoVision project: settings, routes, task queue, health."""

from hematovision.celery import app as celery_app

__all__ = ["celery_app"]
