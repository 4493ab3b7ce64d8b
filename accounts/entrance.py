"""allauth's pages by which one comes in, without their dead ends."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification_by_code import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    EmailVerificationProcess,
)
from allauth.account.internal.stagekit import get_pending_stage, redirect_to_pending_stage
from allauth.account.stages import EmailVerificationStage, LoginStage
from allauth.account.utils import get_login_redirect_url
from allauth.account.views import ConfirmEmailVerificationCodeView, LoginView, SignupView
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

RUN_OUT = "This code has run out. Log in, and we send you a new one."
RUN_OUT_WITHIN = "This code has run out. Ask for a new one."


class OpenWhileConfirming:
    """A page that can be reached while a code is awaited: for an address with an account no code ever comes.

    allauth leads everybody back to the code, and so whoever had forgotten their account could never log in.
    """

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        if stage.key == EmailVerificationStage.key:
            return None
        response: HttpResponse | None = super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc]  # of allauth
        return response


class LogIn(OpenWhileConfirming, LoginView):
    """Log in."""


class SignUp(OpenWhileConfirming, SignupView):
    """Sign up; the address whose code is awaited leads back to that code, which a new one would make worthless."""

    def form_valid(self, form: Any) -> HttpResponse:
        stage = get_pending_stage(self.request)
        process = EmailVerificationProcess.resume(self.request) if stage else None
        if process and process.email == form.cleaned_data["email"]:
            return redirect_to_pending_stage(self.request, stage)
        response: HttpResponse = super().form_valid(form)
        return response


class ConfirmEmail(ConfirmEmailVerificationCodeView):
    """The page for a mailed code. Whoever is in has no need of it, and a code that has run out is called so.

    It sends a mail again for a known address, too. Otherwise the time that a mail takes would tell who has an account:
    allauth leaves it out.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_in = request.user.is_authenticated
        if EMAIL_VERIFICATION_CODE_SESSION_KEY in request.session:
            if EmailVerificationProcess.resume(request) is None:
                messages.error(request, RUN_OUT_WITHIN if is_in else RUN_OUT)
        elif is_in:
            return redirect(get_login_redirect_url(request))
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def _resend_form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super()._resend_form_valid(form)
        if self._process.user is None:
            get_adapter().send_account_already_exists_mail(self._process.email)
        return response


log_in = LogIn.as_view()
sign_up = SignUp.as_view()
confirm_email = ConfirmEmail.as_view()
