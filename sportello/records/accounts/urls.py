"""Sign-in, sign-out, passwords, invitations, one's own page.

Only what this house offers: allauth's names stay (it looks its own addresses up by them), its other pages have none.
"""

from __future__ import annotations

from django.urls import path, re_path

from .views import invitations, me, signing

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
    path("invitation/<slug:token>/", invitations.invitation, name="account_invitation"),
]
