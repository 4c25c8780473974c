"""Addresses of the desk, by subject."""

from __future__ import annotations

from .addresses import (
    answering,
    archive,
    certified,
    complaints,
    contacts,
    customers,
    documents,
    door,
    lists,
    mailboxes,
    notifications,
    offices,
    procedures,
    setup,
    supervising,
    terms,
    ticket_lists,
    verbs,
    watching,
    work,
)

app_name = "desk"
urlpatterns = [
    *work.urlpatterns,
    *answering.urlpatterns,
    *lists.urlpatterns,
    *contacts.urlpatterns,
    *customers.urlpatterns,
    *documents.urlpatterns,
    *door.urlpatterns,
    *procedures.urlpatterns,
    *certified.urlpatterns,
    *mailboxes.urlpatterns,
    *terms.urlpatterns,
    *setup.urlpatterns,
    *supervising.urlpatterns,
    *ticket_lists.urlpatterns,
    *verbs.urlpatterns,
    *archive.urlpatterns,
    *complaints.urlpatterns,
    *offices.urlpatterns,
    *notifications.urlpatterns,
    *watching.urlpatterns,
]
