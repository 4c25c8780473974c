"""The second step of signing in: codes of an app, passkeys, codes on paper. allauth's views with our pages."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.views.decorators.http import require_GET
from django.views.generic import RedirectView

from .. import forms


class _WithOptions:
    """What the browser is asked for a passkey, as text for `data-options` (`ui/js/passkeys.js`)."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # allauth's own view
        asked = context.get("js_data", {})
        context["options"] = json.dumps(asked.get("creation_options") or asked.get("request_options") or {})
        return context


class _Asked(_WithOptions, base.AuthenticateView):  # type: ignore[misc]  # allauth ships no types
    pass


class _Add(_WithOptions, passkeys.AddWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    pass


class _Confirm(_WithOptions, passkeys.ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    pass


overview = base.IndexView.as_view(template_name="accounts/second/overview.html")
asked = _Asked.as_view(template_name="accounts/second/asked.html", form_class=forms.CodeForm)
confirmed = base.ReauthenticateView.as_view(
    template_name="accounts/second/confirmed.html", form_class=forms.ConfirmCodeForm
)
add_app = totp.ActivateTOTPView.as_view(template_name="accounts/second/app.html", form_class=forms.AppForm)
remove_app = totp.DeactivateTOTPView.as_view(template_name="accounts/second/app_removal.html")
paper = codes.ViewRecoveryCodesView.as_view(template_name="accounts/second/paper.html")
new_paper = codes.GenerateRecoveryCodesView.as_view(template_name="accounts/second/new_paper.html")
add_passkey = _Add.as_view(template_name="accounts/second/passkey.html", form_class=forms.PasskeyForm)
remove_passkey = passkeys.RemoveWebAuthnView.as_view(template_name="accounts/second/passkey_removal.html")
confirm_by_passkey = _Confirm.as_view(template_name="accounts/second/confirmed_passkey.html")
sign_in_by_passkey = passkeys.LoginWebAuthnView.as_view()
#: One page lists them all.
list_passkeys = require_GET(RedirectView.as_view(pattern_name="mfa_index"))
