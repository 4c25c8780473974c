"""Every address, by room."""

from __future__ import annotations

from django.urls import include, path

from sportello.config import health, metrics, policy_reports

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("policy-reports/", policy_reports.take, name="policy_reports"),
    path("accounts/", include("sportello.records.accounts.urls")),
    path("ui/", include("sportello.foundation.ui.urls")),
    path("desk/", include("sportello.faces.desk.urls")),
    path("", include("sportello.faces.portal.urls")),
]

handler400 = "sportello.foundation.ui.views.bad_request"
handler403 = "sportello.foundation.ui.views.forbidden"
handler404 = "sportello.foundation.ui.views.not_found"
handler500 = "sportello.foundation.ui.views.server_error"
