"""Addresses of the reports, under /reports/; staff alone find them, through the practice's one door."""

from django.contrib import admin
from django.urls import path

from reports.views import files, pages

inside = admin.site.admin_view

urlpatterns = [
    path("", inside(pages.index), name="reports"),
    path("files/", inside(files.ordered), name="report_files"),
    path("files/<uuid:file>/", inside(files.file), name="report_file"),
    path("files/<uuid:file>/download/", inside(files.download), name="report_download"),
    path("<slug:slug>/", inside(pages.report), name="report"),
    path("<slug:slug>/rows.<slug:ending>", inside(files.rows), name="report_rows"),
    path("<slug:slug>/<slug:table>.<slug:ending>", inside(files.table), name="report_table"),
]
