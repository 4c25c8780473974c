"""Addresses of the desk, by subject."""

from __future__ import annotations

from .addresses import certified, contacts, door, mailboxes, terms, work

app_name = "desk"
urlpatterns = [
    *work.urlpatterns,
    *contacts.urlpatterns,
    *door.urlpatterns,
    *certified.urlpatterns,
    *mailboxes.urlpatterns,
    *terms.urlpatterns,
]
