"""Wiring: settings, URLs, the Celery app, the supervisor. The only place that knows every app."""
