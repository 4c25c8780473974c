"""Addresses of the desk, by subject."""

from __future__ import annotations

from .addresses import certified, contacts, customers, door, lists, mailboxes, offices, procedures, terms, work

app_name = "desk"
urlpatterns = [
    *work.urlpatterns,
    *lists.urlpatterns,
    *contacts.urlpatterns,
    *customers.urlpatterns,
    *door.urlpatterns,
    *procedures.urlpatterns,
    *certified.urlpatterns,
    *mailboxes.urlpatterns,
    *terms.urlpatterns,
    *offices.urlpatterns,
]
