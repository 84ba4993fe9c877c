"""Pages of this app."""

from django.urls import path

from sandbox.views import files, result, try_page

app_name = "sandbox"

urlpatterns = [
    path("try/", try_page.try_pictures, name="try"),
    path("try/<uuid:pk>/", result.result, name="result"),
    path("try/<uuid:pk>/live/", result.live, name="live"),
    path("try/<uuid:pk>/labels/", result.own_labels, name="own_labels"),
    path("try/<uuid:pk>/cells/<int:number>/heat/", result.heat, name="heat"),
    path("try/<uuid:pk>/cells/<int:number>/heat/picture/", files.heat_picture, name="heat_picture"),
    path("try/<uuid:pk>/picture/", files.picture, name="picture"),
    path("try/<uuid:pk>/thumbnail/", files.thumbnail, name="thumbnail"),
    path("try/<uuid:pk>/cells/csv/", files.table, name="csv"),
    path("try/<uuid:pk>/overlay/", files.overlay, name="overlay"),
]
