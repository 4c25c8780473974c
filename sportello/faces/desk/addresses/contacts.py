"""Addresses of the desk: people at the counter and on the phone, customers, search."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import contacts, customers, receipts, search

_CONTACTS = "<slug:slug>/contacts"
_CUSTOMERS = "<slug:slug>/customers"
_CUSTOMER = f"{_CUSTOMERS}/<int:customer_id>"
_IDENTITY = f"{_CUSTOMER}/identities/<int:identity_id>"

urlpatterns: list[URLPattern] = [
    path("contacts/new/", contacts.counter, name="counter"),
    path(f"{_CONTACTS}/new/", contacts.contact_new, name="contact_new"),
    path(f"{_CONTACTS}/find/", contacts.find, name="contact_find"),
    path(f"{_CONTACTS}/next/", contacts.next_steps, name="contact_next"),
    path(f"{_CONTACTS}/questions/", contacts.questions, name="contact_questions"),
    path(f"{_CONTACTS}/<int:contact_id>/ending/", contacts.ending, name="contact_ending"),
    path("<slug:slug>/tickets/<str:number>/receipt/", receipts.receipt, name="receipt"),
    path("search/", search.search, name="search"),
    path("palette/", search.palette, name="palette"),
    path("customers/", customers.customers_home, name="customers_home"),
    path(f"{_CUSTOMERS}/", customers.customers, name="customers"),
    path(f"{_CUSTOMER}/", customers.customer, name="customer"),
    path(f"{_CUSTOMER}/identities/", customers.identities, name="identities"),
    path(f"{_IDENTITY}/verification/", customers.verification, name="identity_verification"),
    path(f"{_IDENTITY}/undeliverable/", customers.undeliverable, name="identity_undeliverable"),
]
