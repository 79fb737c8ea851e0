"""Where each address leads."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "VerifyDesk administration"
admin.site.site_title = "VerifyDesk"
admin.site.index_title = "People, records and machinery"
admin.site.site_url = "/claims/"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("apps.desk.urls")),
]
