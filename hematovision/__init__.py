"""The HematoVision project: settings, routes, task queue, health.

Nothing is imported here: the helper that decodes images is forked for each of them, and what it has loaded costs every fork.
Celery finds the task queue in `hematovision.celery` by itself.
"""
