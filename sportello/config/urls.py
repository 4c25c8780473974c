"""Every address, by room."""

from __future__ import annotations

from django.urls import include, path

from sportello.config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("sportello.records.accounts.urls")),
    path("ui/", include("sportello.foundation.ui.urls")),
    path("desk/", include("sportello.faces.desk.urls")),
    path("", include("sportello.faces.portal.urls")),
]

handler400 = "sportello.foundation.ui.views.bad_request"
handler403 = "sportello.foundation.ui.views.forbidden"
handler404 = "sportello.foundation.ui.views.not_found"
handler500 = "sportello.foundation.ui.views.server_error"
