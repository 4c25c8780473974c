"""Forms of sign-in, passwords, invitation and profile: allauth's with our words, and our own."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from allauth.mfa.base import forms as second
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from .actions.profile import UNDO_CHOICES

_ADDRESS = _("E-mail address")
_NEW = _("New password")
_AGAIN = _("New password, once more")
#: The rules of AUTH_PASSWORD_VALIDATORS in one sentence.
_RULES = _("At least 10 characters. Three or four words that do not belong together are easy to remember.")

#: Each in its own name: who sits before a language they cannot read finds theirs.
_LANGUAGES = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


def _say(form: forms.Form, name: str, label: Any, help_text: Any = "") -> None:
    """Our label and help; no words inside the box, which are gone as soon as somebody types."""
    field = form.fields[name]
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class SignInForm(allauth.LoginForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "login", _ADDRESS)
        self.fields["login"].widget.attrs.update(autocomplete="username", autofocus=True)
        _say(self, "password", _("Password"))
        _say(self, "remember", _("Keep me signed in for 12 hours"), _("Not on a computer that others use too."))


class AskResetForm(allauth.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "email", _ADDRESS, _("The one you sign in with."))


class NewPasswordForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password1", _NEW, _RULES)
        _say(self, "password2", _AGAIN)


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "oldpassword", _("Current password"))
        _say(self, "password1", _NEW, _RULES)
        _say(self, "password2", _AGAIN)


class ConfirmPasswordForm(allauth.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "password", _("Password"))


_SIX = _("The six figures that the app shows now, or a recovery code.")


class CodeForm(second.AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code"), _SIX)
        self.fields["code"].widget.attrs.update(autofocus=True, inputmode="numeric")


class ConfirmCodeForm(second.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code"), _SIX)
        self.fields["code"].widget.attrs.update(inputmode="numeric")


class AppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "code", _("Code"), _("Six figures."))
        self.fields["code"].widget.attrs.update(inputmode="numeric")


class PasskeyForm(SignupWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Every passkey of ours signs in alone, so nothing is chosen but its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self, "name", _("Name of the passkey"), _("So that you know it again: this computer, the office phone…"))


class InvitationForm(forms.Form):
    """What an invited person gives; the address is the invitation's."""

    name = forms.CharField(
        label=_("Name and surname"), max_length=150, help_text=_("As colleagues read it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"), strip=False, help_text=_RULES,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.Form):
    name = forms.CharField(
        label=_("Name and surname"), max_length=150, help_text=_("As colleagues read it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language of the screens"), choices=_LANGUAGES,
                                 widget=forms.RadioSelect)
    undo_seconds = forms.TypedChoiceField(
        label=_("Taking back what you sent"), coerce=int, empty_value=None, required=False,
        choices=[(0, _("never: it leaves at once")),
                 *((one, format_lazy(_("within {seconds} seconds"), seconds=one)) for one in UNDO_CHOICES[1:])],
        help_text=_("A reply by e-mail or PEC waits so long before it leaves, and comes back to you if you undo it."),
    )
