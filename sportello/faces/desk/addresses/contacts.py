"""Addresses of the desk: people at the counter and on the phone, customers, search."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import contacts, receipts

_CONTACTS = "<slug:slug>/contacts"

urlpatterns: list[URLPattern] = [
    path("contacts/new/", contacts.counter, name="counter"),
    path(f"{_CONTACTS}/new/", contacts.contact_new, name="contact_new"),
    path(f"{_CONTACTS}/find/", contacts.find, name="contact_find"),
    path(f"{_CONTACTS}/next/", contacts.next_steps, name="contact_next"),
    path(f"{_CONTACTS}/questions/", contacts.questions, name="contact_questions"),
    path(f"{_CONTACTS}/<int:contact_id>/ending/", contacts.ending, name="contact_ending"),
    path("<slug:slug>/tickets/<str:number>/receipt/", receipts.receipt, name="receipt"),
]
