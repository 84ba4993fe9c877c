"""Pages of this app."""

from django.urls import path

from consult.views import adjudication, clinic_thread, discussion, opinion, opinions

app_name = "consult"

urlpatterns = [
    path("opinions/", opinions.opinion_list, name="opinions"),
    path("opinions/<uuid:pk>/", opinion.opinion_page, name="opinion"),
    path("opinions/<uuid:pk>/labels/", opinion.labels, name="labels"),
    path("opinions/<uuid:pk>/answer/", opinion.answer, name="answer"),
    path("opinions/<uuid:pk>/decline/", opinion.decline, name="decline"),
    path("opinions/<uuid:pk>/close/", adjudication.close, name="close"),
    path("opinions/<uuid:pk>/settle/", adjudication.adjudicate_differences, name="adjudicate"),
    path("cases/<uuid:pk>/opinions/ask/", opinions.ask, name="ask"),
    path("cases/<uuid:pk>/discussion/", discussion.discussion, name="discussion"),
    path("cases/<uuid:pk>/clinic-thread/", clinic_thread.clinic_thread, name="clinic_thread"),
]
