"""Addresses of the portal."""

from __future__ import annotations

from django.urls import path

from .views import (
    answers,
    demo_mail,
    follow,
    follow_code,
    follow_files,
    follow_forms,
    follow_words,
    home,
    legal,
    receipt,
    request_details,
    request_form,
    request_summary,
    shop,
    status,
)

app_name = "portal"

_HERE = "o/<slug:slug>/"
_TICKET = f"{_HERE}follow/<str:number>/"

urlpatterns = [
    path("", home.landing, name="landing"),
    path(_HERE, home.home, name="home"),
    path(f"{_HERE}services/<slug:sheet>/", home.service, name="service"),
    path(f"{_HERE}answers/", answers.answers, name="answers"),
    path(f"{_HERE}answers/<slug:answer>/", answers.answer, name="answer"),
    path(f"{_HERE}answers/<slug:answer>/judgement/", answers.judgement, name="judgement"),
    path(f"{_HERE}request/", request_form.request_form, name="request"),
    path(f"{_HERE}forms/", home.forms, name="forms"),
    path(f"{_HERE}request/form/<str:token>/<int:page>/", request_details.details, name="request_details"),
    path(f"{_HERE}request/summary/<str:token>/", request_summary.summary, name="summary"),
    path(f"{_HERE}request/receipt/<str:token>/", receipt.receipt, name="receipt"),
    path(f"{_HERE}request/receipt/<str:token>/paper/", receipt.paper, name="receipt_paper"),
    path(f"{_HERE}request/receipt/<str:token>/roll/", receipt.roll, name="receipt_roll"),
    path(f"{_HERE}request/receipt/<str:token>/text/", receipt.text, name="receipt_text"),
    path(f"{_HERE}shop/<slug:sort>/", shop.shop, name="shop"),
    path(f"{_HERE}shop/<slug:sort>/confirmation/<str:token>/", shop.confirmation, name="shop_confirmation"),
    path(f"{_HERE}status/", status.status, name="status"),
    path(f"{_HERE}status/<int:fault_id>/", status.status_fault, name="status_fault"),
    path(f"{_HERE}follow/", follow.enter, name="follow"),
    path(_TICKET, follow.ticket, name="ticket"),
    path(f"{_TICKET}words/", follow_words.words, name="words"),
    path(f"{_TICKET}steps/<str:step>/form/", follow_forms.begin, name="step_form"),
    path(f"{_TICKET}forms/<str:token>/<int:page>/", follow_forms.page, name="ticket_form"),
    path(f"{_TICKET}confirmation/", follow_words.confirmation, name="confirmation"),
    path(f"{_TICKET}reopening/", follow_words.reopening, name="reopening"),
    path(f"{_TICKET}code/", follow_code.new_code, name="code"),
    path(f"{_TICKET}leaving/", follow.leaving, name="leaving"),
    path(f"{_TICKET}files/<int:file_id>/", follow_files.file, name="file"),
    path(f"{_HERE}privacy/", legal.privacy, name="privacy"),
    path(f"{_HERE}accessibility/", legal.accessibility, name="accessibility"),
    path(f"{_HERE}accent.css", legal.accent, name="accent"),
    path(f"{_HERE}logo/", legal.logo, name="logo"),
    path("demo/mail/", demo_mail.mails, name="demo_mails"),
    path("demo/mail/<int:mail_id>/", demo_mail.mail, name="demo_mail"),
    path("demo/mail/<int:mail_id>/raw/", demo_mail.raw, name="demo_mail_raw"),
]
