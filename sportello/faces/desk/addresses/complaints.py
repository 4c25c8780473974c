"""Addresses of complaints: the register, one complaint and its verbs, known faults, requests to a shop."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import complaint_register as register
from ..views import complaint_replies, complaints, faults, shop

_ALL = "<slug:slug>/complaints"
_TICKET = "<slug:slug>/tickets/<str:number>"
_ONE = f"{_TICKET}/complaint"
_FAULT = "<slug:slug>/faults/<int:fault_id>"

urlpatterns: list[URLPattern] = [
    path("complaints/", register.complaints_home, name="complaints_home"),
    path(f"{_ALL}/", register.complaints, name="complaints"),
    path(f"{_ALL}/export/", register.complaints_export, name="complaints_export"),
    path(f"{_ALL}/approvals/", register.complaint_approvals, name="complaint_approvals"),
    path(f"{_ALL}/actions/", register.complaint_actions, name="complaint_actions"),
    path(f"{_ALL}/limits/", register.complaint_limits, name="complaint_limits"),
    path(f"{_ALL}/report/<int:year>/", register.complaint_report, name="complaint_report"),
    path(f"{_ALL}/report/<int:year>/<slug:form>/", register.complaint_report_file, name="complaint_report_file"),
    path(f"{_ONE}/", complaints.complaint, name="complaint"),
    path(f"{_ONE}/acknowledgement/", complaints.acknowledgement, name="complaint_acknowledgement"),
    path(f"{_ONE}/assessment/", complaints.assessment, name="complaint_assessment"),
    path(f"{_ONE}/investigation/", complaints.investigation, name="complaint_investigation"),
    path(f"{_ONE}/replies/<slug:sort>/", complaint_replies.reply, name="complaint_reply"),
    path(f"{_ONE}/annulment/", complaints.annulment, name="complaint_annulment"),
    path(f"{_ONE}/remedies/", complaints.remedy, name="complaint_remedy"),
    path(f"{_ONE}/remedies/<int:remedy_id>/decision/", complaints.remedy_decision, name="remedy_decision"),
    path(f"{_ONE}/remedies/<int:remedy_id>/progress/", complaints.remedy_progress, name="remedy_progress"),
    path(f"{_ONE}/instances/", complaints.instance, name="complaint_instance"),
    path(f"{_ONE}/instances/<int:instance_id>/", complaints.instance_state, name="instance_state"),
    path(f"{_ONE}/lessons/", complaints.lesson, name="complaint_lesson"),
    path(f"{_ONE}/lessons/<int:action_id>/", complaints.lesson_done, name="lesson_done"),
    path("<slug:slug>/faults/", faults.faults, name="faults"),
    path("<slug:slug>/faults/new/", faults.fault_new, name="fault_new"),
    path(f"{_FAULT}/", faults.fault, name="fault"),
    path(f"{_FAULT}/updates/", faults.fault_update, name="fault_update"),
    path(f"{_FAULT}/tickets/", faults.fault_tickets, name="fault_tickets"),
    path(f"{_FAULT}/settings/", faults.fault_settings, name="fault_settings"),
    path(f"{_TICKET}/shop-request/", shop.shop_request, name="shop_request"),
    path(f"{_TICKET}/shop-request/goods-back/", shop.shop_goods_back, name="shop_goods_back"),
]
