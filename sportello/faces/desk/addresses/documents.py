"""Addresses of the desk: documents of a ticket, templates and paper, forms, the register of protocol."""

from __future__ import annotations

from django.urls import URLPattern, path

from ..views import form_filling, form_setup, letters, paper_setup, protocol

_TICKET = "<slug:slug>/tickets/<str:number>"
_DOCUMENT = f"{_TICKET}/documents/<int:document_id>"
_LETTER = f"{_TICKET}/letters/<int:letter_id>"
_PAPER = "<slug:slug>/documents"
_FORMS = "<slug:slug>/forms"
_FORM = f"{_FORMS}/<int:form_id>"
_PROTOCOL = "<slug:slug>/protocol"

urlpatterns: list[URLPattern] = [
    path(f"{_TICKET}/documents/", letters.documents, name="documents"),
    path(f"{_DOCUMENT}/", letters.document, name="document"),
    path(f"{_DOCUMENT}/attaching/", letters.attaching, name="document_attaching"),
    path(f"{_DOCUMENT}/correction/", letters.correction, name="document_correction"),
    path(f"{_LETTER}/", letters.letter, name="letter"),
    path(f"{_LETTER}/pages/<int:page>/", letters.letter_page, name="letter_page"),
    path(f"{_TICKET}/registrations/", letters.registrations, name="registrations"),
    path("documents/", paper_setup.documents_home, name="documents_home"),
    path(f"{_PAPER}/", paper_setup.templates, name="letter_templates"),
    path(f"{_PAPER}/paper/", paper_setup.paper, name="letterhead"),
    path(f"{_PAPER}/new/", paper_setup.template_new, name="letter_template_new"),
    path(f"{_PAPER}/<int:template_id>/", paper_setup.template, name="letter_template"),
    path(f"{_PAPER}/<int:template_id>/retirement/", paper_setup.retirement, name="letter_template_retirement"),
    path(f"{_FORMS}/", form_setup.forms, name="forms"),
    path(f"{_FORMS}/new/", form_setup.form_new, name="form_new"),
    path(f"{_FORMS}/import/", form_setup.forms_import, name="forms_import"),
    path(f"{_FORMS}/export/", form_setup.forms_export, name="forms_export"),
    path(f"{_FORM}/", form_setup.form, name="form"),
    path(f"{_FORM}/export/", form_setup.form_export, name="form_export"),
    path(f"{_FORM}/fields/", form_setup.form_field_new, name="form_field_new"),
    path(f"{_FORM}/fields/<str:code>/", form_setup.form_field, name="form_field"),
    path(f"{_FORM}/order/", form_setup.form_order, name="form_order"),
    path(f"{_FORM}/preview/", form_setup.form_preview, name="form_preview"),
    path(f"{_FORM}/publication/", form_setup.form_publication, name="form_publication"),
    path(f"{_FORM}/retirement/", form_setup.form_retirement, name="form_retirement"),
    path(f"{_FORM}/filling/", form_filling.begin, name="form_filling"),
    path(f"{_FORMS}/filling/<str:begun>/<int:page>/", form_filling.page, name="form_filling_page"),
    path("protocol/", protocol.protocol_home, name="protocol_home"),
    path(f"{_PROTOCOL}/", protocol.register, name="protocol"),
    path(f"{_PROTOCOL}/entries/<int:entry_id>/", protocol.entry, name="protocol_entry"),
    path(f"{_PROTOCOL}/entries/<int:entry_id>/annulment/", protocol.annulment, name="protocol_annulment"),
    path(f"{_PROTOCOL}/prints/", protocol.prints, name="protocol_prints"),
    path(f"{_PROTOCOL}/prints/<int:print_id>/", protocol.print_file, name="protocol_print"),
    path(f"{_PROTOCOL}/outside/", protocol.outside_queue, name="protocol_outside"),
    path(f"{_PROTOCOL}/outside/<int:request_id>/", protocol.outside_again, name="protocol_again"),
    path(f"{_PROTOCOL}/settings/", protocol.settings, name="protocol_settings"),
]
