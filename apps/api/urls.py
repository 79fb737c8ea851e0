from django.urls import path

from apps.api import views

app_name = "api"

urlpatterns = [path("claims/<int:pk>/", views.claim, name="claim")]
