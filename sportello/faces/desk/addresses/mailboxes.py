"""Addresses of the desk: mailboxes, and a message of a ticket as it came by mail."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import mail_html, mailboxes

_ALL = "<slug:slug>/mailboxes"
_ONE = f"{_ALL}/<int:mailbox_id>"

urlpatterns: list[URLPattern] = [
    path(f"{_ALL}/", mailboxes.mailboxes, name="mailboxes"),
    path(f"{_ALL}/new/", mailboxes.new, name="mailbox_new"),
    path(f"{_ONE}/", mailboxes.mailbox, name="mailbox"),
    path(f"{_ONE}/reading/", mailboxes.reading, name="mailbox_reading"),
    path(f"{_ONE}/sending/", mailboxes.sending, name="mailbox_sending"),
    path(f"{_ONE}/cut-off/", mailboxes.cut_off, name="mailbox_cut_off"),
    path(f"{_ONE}/pause/", mailboxes.pause, name="mailbox_pause"),
    path(f"{_ONE}/default/", mailboxes.default, name="mailbox_default"),
    path(f"{_ONE}/retirement/", mailboxes.retirement, name="mailbox_retirement"),
    path("<slug:slug>/tickets/<str:number>/messages/<int:position>/raw/", mail_html.mail_raw, name="mail_raw"),
]
