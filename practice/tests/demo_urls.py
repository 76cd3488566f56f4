"""The site's addresses as the demo has them."""

from django.urls import include, path

from practice import urls

urlpatterns = [*urls.urlpatterns, path("demo/", include("practice.demo.urls"))]
