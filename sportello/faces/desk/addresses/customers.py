"""Addresses of the desk: the customer's card, merging, lists in and out."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import customer_card, customer_data, customer_merging, imports, side_sources

_CUSTOMERS = "<slug:slug>/customers"
_CUSTOMER = f"{_CUSTOMERS}/<int:customer_id>"
_IDENTITY = f"{_CUSTOMER}/identities/<int:identity_id>"
_IMPORT = f"{_CUSTOMERS}/imports/<int:run_id>"

urlpatterns: list[URLPattern] = [
    path(f"{_CUSTOMERS}/check/", customer_card.value_check, name="value_check"),
    path(f"{_IDENTITY}/preference/", customer_card.preference, name="identity_preference"),
    path(f"{_IDENTITY}/removal/", customer_card.removal, name="identity_removal"),
    path(f"{_CUSTOMER}/relations/", customer_card.relations, name="relations"),
    path(f"{_CUSTOMER}/relations/<int:relation_id>/ending/", customer_card.relation_ending, name="relation_ending"),
    path(f"{_CUSTOMER}/relations/<int:relation_id>/proof/", customer_card.relation_proof, name="relation_proof"),
    path(f"{_CUSTOMER}/consents/", customer_card.consents, name="consents"),
    path(f"{_CUSTOMER}/consents/<int:consent_id>/withdrawal/", customer_card.consent_withdrawal,
         name="consent_withdrawal"),
    path(f"{_CUSTOMER}/notes/", customer_card.notes, name="customer_notes"),
    path(f"{_CUSTOMER}/side/", customer_card.side, name="customer_side"),
    path(f"{_CUSTOMERS}/duplicates/", customer_merging.duplicates, name="duplicates"),
    path(f"{_CUSTOMER}/merges/", customer_merging.merges, name="merges"),
    path(f"{_CUSTOMER}/merges/<int:merge_id>/parting/", customer_merging.parting, name="merge_parting"),
    path(f"{_CUSTOMER}/data/", customer_data.customer_data, name="customer_data"),
    path(f"{_CUSTOMER}/erasure/", customer_data.erasure, name="customer_erasure"),
    path(f"{_CUSTOMERS}/export/", customer_data.export, name="customers_export"),
    path(f"{_CUSTOMERS}/readings/", customer_data.readings, name="readings"),
    path(f"{_CUSTOMERS}/imports/", imports.imports, name="imports"),
    path(f"{_IMPORT}/", imports.import_run, name="import"),
    path(f"{_IMPORT}/going/", imports.import_going, name="import_going"),
    path(f"{_IMPORT}/faults/", imports.import_faults, name="import_faults"),
    path(f"{_CUSTOMERS}/sources/", side_sources.side_sources, name="side_sources"),
    path(f"{_CUSTOMERS}/sources/<int:source_id>/switch/", side_sources.side_source_switch, name="side_source_switch"),
]
