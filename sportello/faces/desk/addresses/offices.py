"""Addresses of the back office on the desk: offices asked, approvals, checklists, cases without procedure, warnings."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import approvals, backoffice_setup, checklists, forwarding, unknown_cases, warnings

_TICKET = "<slug:slug>/tickets/<str:number>"
_FORWARDING = f"{_TICKET}/forwardings/<int:forwarding_id>"
_APPROVAL = f"{_TICKET}/approvals/<int:approval_id>"
_CASE = f"{_TICKET}/cases/<int:case_id>"

urlpatterns: list[URLPattern] = [
    path("offices/", forwarding.offices_home, name="offices_home"),
    path("approvals/", approvals.approvals_home, name="approvals_home"),
    path("cases/", unknown_cases.cases_home, name="cases_home"),
    path("warnings/", warnings.warnings_home, name="warnings_home"),
    path("<slug:slug>/asked/<int:asked_id>/", forwarding.office_question, name="office_question"),
    path("<slug:slug>/asked/<int:asked_id>/files/<int:sent_id>/", forwarding.office_file, name="office_file"),
    path(f"{_TICKET}/forwarding/", forwarding.forward, name="forward"),
    path(f"{_FORWARDING}/", forwarding.page, name="forwarding"),
    path(f"{_FORWARDING}/acceptance/", forwarding.acceptance, name="forwarding_acceptance"),
    path(f"{_FORWARDING}/not-yet/", forwarding.not_yet, name="forwarding_not_yet"),
    path(f"{_FORWARDING}/extension/", forwarding.extension, name="forwarding_extension"),
    path(f"{_FORWARDING}/recall/", forwarding.recall, name="forwarding_recall"),
    path(f"{_FORWARDING}/words/", forwarding.words, name="forwarding_words"),
    path(f"{_FORWARDING}/answer/", forwarding.answer, name="forwarding_answer"),
    path(f"{_TICKET}/approvals/new/", approvals.new, name="approval_new"),
    path(f"{_APPROVAL}/", approvals.page, name="approval"),
    path(f"{_APPROVAL}/approving/", approvals.approving, name="approval_approving"),
    path(f"{_APPROVAL}/sending-back/", approvals.sending_back, name="approval_sending_back"),
    path(f"{_APPROVAL}/wording/", approvals.wording, name="approval_wording"),
    path(f"{_APPROVAL}/withdrawal/", approvals.withdrawal, name="approval_withdrawal"),
    path(f"{_APPROVAL}/sending/", approvals.sending, name="approval_sending"),
    path(f"{_TICKET}/checklists/", checklists.page, name="checklists"),
    path(f"{_TICKET}/checklists/new/", checklists.new, name="checklist_new"),
    path(f"{_TICKET}/checklists/items/<int:item_id>/", checklists.item, name="checklist_item"),
    path(f"{_TICKET}/checklists/<int:checklist_id>/removal/", checklists.removal, name="checklist_removal"),
    path(f"{_TICKET}/case/", unknown_cases.flag, name="case_new"),
    path(f"{_CASE}/", unknown_cases.page, name="case"),
    path(f"{_CASE}/taking/", unknown_cases.taking, name="case_taking"),
    path(f"{_CASE}/solution/", unknown_cases.solution, name="case_solution"),
    path(f"{_CASE}/declining/", unknown_cases.declining, name="case_declining"),
    path(f"{_CASE}/use/", unknown_cases.use, name="case_use"),
    path("<slug:slug>/offices/", backoffice_setup.offices, name="offices"),
    path("<slug:slug>/offices/new/", backoffice_setup.office_new, name="office_new"),
    path("<slug:slug>/offices/<int:office_id>/", backoffice_setup.office, name="office"),
    path(
        "<slug:slug>/offices/<int:office_id>/retirement/", backoffice_setup.office_retirement, name="office_retirement"
    ),
    path("<slug:slug>/approval-rules/<int:kind_id>/", backoffice_setup.approval_rule, name="approval_rule"),
    path("<slug:slug>/checklist-templates/new/", backoffice_setup.template_new, name="checklist_template_new"),
    path("<slug:slug>/checklist-templates/<int:pattern_id>/", backoffice_setup.template, name="checklist_template"),
    path(
        "<slug:slug>/checklist-templates/<int:pattern_id>/retirement/",
        backoffice_setup.template_retirement,
        name="checklist_template_retirement",
    ),
]
