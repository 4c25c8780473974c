"""Sign-in, sign-out and passwords: allauth's views with our pages and forms."""

from __future__ import annotations

from typing import Any

from allauth.account import views as allauth
from django.views.generic import RedirectView

from .. import forms
from .outside import providers


class _SignIn(allauth.LoginView):  # type: ignore[misc]  # allauth ships no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "providers": providers()}


sign_in = _SignIn.as_view(template_name="accounts/sign_in.html", form_class=forms.SignInForm)
sign_out = allauth.LogoutView.as_view(template_name="accounts/sign_out.html")
inactive = allauth.AccountInactiveView.as_view(template_name="accounts/inactive.html")
#: Always closed (`adapter.py`): says how one gets an account.
sign_up = allauth.SignupView.as_view(template_name_signup_closed="accounts/sign_up_closed.html")
confirm_password = allauth.ReauthenticateView.as_view(
    template_name="accounts/confirm_password.html", form_class=forms.ConfirmPasswordForm
)
change_password = allauth.PasswordChangeView.as_view(
    template_name="accounts/password_change.html", form_class=forms.ChangePasswordForm
)
ask_reset = allauth.PasswordResetView.as_view(template_name="accounts/password_reset.html",
                                              form_class=forms.AskResetForm)
reset_asked = allauth.PasswordResetDoneView.as_view(template_name="accounts/password_reset_asked.html")
new_password = allauth.PasswordResetFromKeyView.as_view(template_name="accounts/password_new.html",
                                                        form_class=forms.NewPasswordForm)
password_renewed = allauth.PasswordResetFromKeyDoneView.as_view(template_name="accounts/password_renewed.html")
#: People have one address, given by who invited them: there is nothing to manage.
email = RedirectView.as_view(pattern_name="account_me")
