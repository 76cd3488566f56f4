"""The demo's mail pages, put under /demo/ in demo mode."""

from django.urls import path

from practice.demo import views

urlpatterns = [
    path("mail/", views.mail_list, name="demo_mail"),
    path("mail/<int:number>/", views.mail_detail, name="demo_mail_detail"),
    path("mail/<int:number>/html/", views.mail_html, name="demo_mail_html"),
    path("mail/<int:number>/attachments/<int:index>/", views.mail_attachment, name="demo_mail_attachment"),
]
