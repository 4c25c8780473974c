"""Sign-in, sign-out, passwords, invitations, one's own page.

Only what this house offers: allauth's names stay (it looks its own addresses up by them), its other pages have none.
"""

from __future__ import annotations

from django.urls import path, re_path

from .views import invitations, me, outside, second, signing

urlpatterns = [
    path("login/", signing.sign_in, name="account_login"),
    path("logout/", signing.sign_out, name="account_logout"),
    path("inactive/", signing.inactive, name="account_inactive"),
    path("signup/", signing.sign_up, name="account_signup"),
    path("email/", signing.email, name="account_email"),
    path("reauthenticate/", signing.confirm_password, name="account_reauthenticate"),
    path("password/change/", signing.change_password, name="account_change_password"),
    path("password/reset/", signing.ask_reset, name="account_reset_password"),
    path("password/reset/done/", signing.reset_asked, name="account_reset_password_done"),
    re_path(r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", signing.new_password,
            name="account_reset_password_from_key"),
    path("password/reset/key/done/", signing.password_renewed, name="account_reset_password_from_key_done"),
    path("me/", me.me, name="account_me"),
    path("second/", second.overview, name="mfa_index"),
    path("second/asked/", second.asked, name="mfa_authenticate"),
    path("second/confirmed/", second.confirmed, name="mfa_reauthenticate"),
    path("second/app/", second.add_app, name="mfa_activate_totp"),
    path("second/app/removal/", second.remove_app, name="mfa_deactivate_totp"),
    path("second/paper/", second.paper, name="mfa_view_recovery_codes"),
    path("second/paper/new/", second.new_paper, name="mfa_generate_recovery_codes"),
    path("second/passkeys/", second.list_passkeys, name="mfa_list_webauthn"),
    path("second/passkeys/new/", second.add_passkey, name="mfa_add_webauthn"),
    path("second/passkeys/<int:pk>/removal/", second.remove_passkey, name="mfa_remove_webauthn"),
    path("second/passkeys/confirmed/", second.confirm_by_passkey, name="mfa_reauthenticate_webauthn"),
    path("passkey/", second.sign_in_by_passkey, name="mfa_login_webauthn"),
    path("outside/<slug:provider_id>/", outside.login, name="openid_connect_login"),
    path("outside/<slug:provider_id>/callback/", outside.callback, name="openid_connect_callback"),
    path("outside/", outside.refused, name="socialaccount_login_cancelled"),
    path("outside-error/", outside.refused, name="socialaccount_login_error"),
    path("outside-connections/", outside.none, name="socialaccount_connections"),
    path("outside-signup/", outside.none, name="socialaccount_signup"),
    path("invitation/<slug:token>/", invitations.invitation, name="account_invitation"),
]
