"""The Celery app."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")

app = Celery("verifydesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
