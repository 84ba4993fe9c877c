"""Pages of oversight: agreement, break-glass access, and a case's whole story."""

from django.urls import path

from oversight.views import (
    agreement,
    agreement_cells,
    break_glass,
    find,
    my_agreement,
    purges,
    rejections,
    sources,
    timeline,
    turnaround,
    verification,
    verify,
)

app_name = "oversight"

urlpatterns = [
    path("oversight/agreement/", agreement.agreement, name="agreement"),
    path("oversight/agreement/cells/", agreement_cells.agreement_cells, name="agreement_cells"),
    path("oversight/agreement/cells/export/", agreement_cells.export_agreement, name="export_agreement"),
    path("oversight/break-glass/", break_glass.break_glass_list, name="break_glass_list"),
    path("oversight/find/", find.find_record, name="find"),
    path("oversight/purges/", purges.purges, name="purges"),
    path("oversight/purges/<uuid:pk>/report.csv", purges.purge_report, name="purge_report"),
    path("oversight/rejections/", rejections.rejections, name="rejections"),
    path("oversight/sources/", sources.sources, name="sources"),
    path("oversight/turnaround/", turnaround.turnaround, name="turnaround"),
    path("oversight/turnaround/export/", turnaround.export_turnaround, name="export_turnaround"),
    path("oversight/verification/", verification.verification, name="verification"),
    path("oversight/verification/live/", verification.live, name="verification_live"),
    path("oversight/verification/now/", verification.verify_now, name="verify_now"),
    path("oversight/verify-decisions/", verify.verify_every_decision, name="verify_decisions"),
    path("break-glass/", break_glass.break_glass, name="break_glass"),
    path("cases/<uuid:pk>/timeline/", timeline.case_timeline, name="timeline"),
    path("review/my-agreement/", my_agreement.my_agreement, name="my_agreement"),
    path("review/my-agreement/cells/", my_agreement.my_agreement_cells, name="my_agreement_cells"),
]
