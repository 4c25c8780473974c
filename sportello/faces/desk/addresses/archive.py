"""Addresses of the desk: the archive, its plan, holds, disposal, transfer packages, and a ticket's place in it."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import archive, archive_holds, disposals, file_plan, packages, ticket_archive

_ALL = "<slug:slug>/archive"
_PLAN = f"{_ALL}/plan"
_LIST = f"{_ALL}/disposals/<int:disposal_number>"
_PACKAGE = f"{_ALL}/packages/<int:package_id>"
_TICKET = "<slug:slug>/tickets/<str:number>"

urlpatterns: list[URLPattern] = [
    path("archive/", archive.archive_home, name="archive_home"),
    path(f"{_ALL}/", archive.archive, name="archive"),
    path(f"{_ALL}/seen/", archive.seen, name="archive_seen"),
    path(f"{_PLAN}/", file_plan.plan, name="file_plan"),
    path(f"{_PLAN}/new/", file_plan.class_new, name="file_class_new"),
    path(f"{_PLAN}/import/", file_plan.plan_import, name="file_plan_import"),
    path(f"{_PLAN}/export/", file_plan.plan_export, name="file_plan_export"),
    path(f"{_PLAN}/kinds/<int:kind_id>/", file_plan.kind_place, name="file_plan_kind"),
    path(f"{_PLAN}/classes/<int:class_id>/", file_plan.class_page, name="file_class"),
    path(f"{_PLAN}/classes/<int:class_id>/version/", file_plan.class_version, name="file_class_version"),
    path(f"{_PLAN}/classes/<int:class_id>/confirmation/", file_plan.class_confirmation, name="file_class_confirmation"),
    path(f"{_ALL}/holds/", archive_holds.hold_list, name="holds"),
    path("<slug:slug>/customers/<int:customer_id>/hold/", archive_holds.customer_hold, name="customer_hold"),
    path(f"{_ALL}/holds/<int:hold_id>/lifting/", archive_holds.lifting, name="hold_lifting"),
    path(f"{_ALL}/disposals/", disposals.disposals, name="disposals"),
    path(f"{_LIST}/", disposals.disposal, name="disposal"),
    path(f"{_LIST}/lines/<int:line_id>/taking-off/", disposals.taking_off, name="disposal_taking_off"),
    path(f"{_LIST}/decision/", disposals.decision, name="disposal_decision"),
    path(f"{_ALL}/packages/", packages.package_list, name="packages"),
    path(f"{_PACKAGE}/", packages.package, name="package"),
    path(f"{_PACKAGE}/bag/", packages.bag, name="package_bag"),
    path(f"{_PACKAGE}/taking-over/", packages.taking_over, name="package_taking_over"),
    path(f"{_TICKET}/archive/", ticket_archive.ticket_archive, name="ticket_archive"),
    path(f"{_TICKET}/archive/beside/", ticket_archive.ticket_beside, name="ticket_archive_beside"),
    path(f"{_TICKET}/filing/", ticket_archive.ticket_filing, name="ticket_filing"),
    path(f"{_TICKET}/holds/", ticket_archive.ticket_hold, name="ticket_hold"),
    path(f"{_TICKET}/solution/", ticket_archive.ticket_solution, name="ticket_solution"),
    path(f"{_TICKET}/dossier/", ticket_archive.ticket_dossier, name="ticket_dossier"),
]
