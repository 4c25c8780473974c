"""Files of public entries."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from sportello.foundation.files.serving import download
from sportello.foundation.tenancy.models import Organisation

from .. import rights
from ..conversation import public_file
from ..page import of_organisation
from .follow import ask_code


@require_safe
@of_organisation
def file(request: HttpRequest, organisation: Organisation, number: str, file_id: int) -> HttpResponse:
    ticket = rights.held(request, organisation, number)
    if ticket is None:
        return ask_code(request, organisation, number)
    found = public_file(ticket, file_id)
    if found is None:
        raise Http404
    response = download(found.blob, found.filename)
    # half an hour after leaving, the browser of a library must not have it either
    response["Cache-Control"] = "private, no-store"
    return response
