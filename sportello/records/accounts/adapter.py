"""How django-allauth is bent to this house: nobody signs up by themselves, and it speaks our words."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import User
from .people import person_for

log = logging.getLogger("sportello.accounts")

#: What is said after one of allauth's actions; of the others nothing is said: the page shows that it worked.
_SAID = {
    "account/messages/password_changed.txt": gettext_lazy("Your password has been changed."),
    "account/messages/logged_out.txt": gettext_lazy("You have signed out."),
}


#: What is told to the account's own address, by allauth's name of the letter.
_TOLD = {
    "mfa/email/totp_activated": gettext_lazy("codes of an app are asked at sign-in"),
    "mfa/email/totp_deactivated": gettext_lazy("codes of an app are no longer asked at sign-in"),
    "mfa/email/webauthn_added": gettext_lazy("a passkey was added"),
    "mfa/email/webauthn_removed": gettext_lazy("a passkey was removed"),
    "mfa/email/recovery_codes_generated": gettext_lazy("new recovery codes were made"),
}


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """An account comes from an invitation (`views/invitations.py`), never from the sign-up page.

    The rate limits of allauth are on (5 wrong passwords an account in five minutes, 30 sign-ins a minute from one
    address, …). They count in Django's cache, which is one a process: with two web workers a patient guesser gets
    twice as many tries. A shared cache makes them exact; the sentences and the limits stay the same.
    """

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account has been switched off. Ask who administers your organisation."),
        "email_password_mismatch": gettext_lazy("Address and password do not go together. Check both and try again."),
        "enter_current_password": gettext_lazy("This is not your current password. Check it and try again."),
        "incorrect_password": gettext_lazy("This is not your current password. Check it and try again."),
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong passwords: wait five minutes, then try again or choose a new password."
        ),
        "rate_limited": gettext_lazy("Too many attempts: wait a minute, then try again."),
        "invalid_password_reset": gettext_lazy("This address does not work any more. Ask for a new one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The desk; for somebody without a place anywhere their own page, which says so."""
        has_place = isinstance(request.user, User) and person_for(request.user).places
        return resolve_url(settings.LOGIN_REDIRECT_URL) if has_place else reverse("account_me")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_me")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the address we are known by: never on one taken from the request, which a stranger may have written."""
        address: str = super().get_reset_password_from_key_url(key)
        return settings.PUBLIC_URL + urlsplit(address).path

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """In the person's language, whoever asked."""
        with translation.override(user.language):
            text = render_to_string("accounts/mail/password_reset.txt",
                                    {"name": user.name, "address": context["password_reset_url"]})
            try:
                send_mail(_("Choose a new password"), text, None, [email])
            except Exception:
                # whatever the mail backend raises: an error page would tell a stranger that the account exists
                log.exception("password letter for user %s not sent", user.pk)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """None of allauth's other letters: to addresses without an account nothing is written (a stranger could
        have us write to anybody), and the page says the same for all."""

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell the account's own address that a door was added or taken away; never fails the change."""
        said = _TOLD.get(template_prefix)
        if said is None:
            return
        with translation.override(user.language):
            text = render_to_string("accounts/mail/second_factor.txt", {"name": user.name, "what": str(said)})
            try:
                send_mail(_("The way you sign in has changed"), text, None, [user.email])
            except Exception:
                # whatever the mail backend raises: the change itself stands
                log.exception("letter on the second factor of user %s not sent", user.pk)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: dict[str, Any] | None = None, extra_tags: str = "", message: str | None = None,
    ) -> None:
        said = message or _SAID.get(message_template or "")
        if said:
            messages.add_message(request, level, str(said), extra_tags=extra_tags)
