"""The web process: gunicorn serves this."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verifydesk.settings")
application = get_wsgi_application()
