"""The forms of signing in, of one's own account, and of the team."""

from collections.abc import Iterable
from typing import Any, Self

from wtforms import Field, HiddenField, PasswordField

from shared import wording
from shared.domain.permissions import Role
from shared.passwords import SHORTEST, Weakness, weakness
from shared.rendering import gettext as _
from shared.web.forms import ChoiceField, PageForm, TextField

EMAIL_LIMIT = 320
_CREDENTIAL_LIMIT = 20_000
_CODE_LIMIT = 40


class AskingForm(PageForm):
    """A form whose fields are all needed; `needed` gives each with the sentence for an empty one."""

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ()

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        for field, sentence in self.needed():
            if not field.data and not field.errors:
                self.refuse(field, sentence)
        return not self.problems()

    def check_new(self, field: Field, email: str) -> None:
        """Refuse a new password that is too weak."""
        found = weakness(field.data or "", email)
        if found is not None and not field.errors:
            self.refuse(field, weakness_words(found))


class SignInForm(AskingForm):
    """Address and password; what is wrong with them is said in one sentence for all."""

    email = TextField(limit=EMAIL_LIMIT)
    password = PasswordField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.email.label.text = _("Email")
        form.password.label.text = _("Password")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return (
            (self.email, _("Enter your e-mail address.")),
            (self.password, _("Enter your password.")),
        )


class CodeForm(AskingForm):
    """A code of an authenticator app, or a recovery code."""

    code = TextField(limit=_CODE_LIMIT)

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.code.label.text = _("Code")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.code, _("Enter the code.")),)


class VerifyForm(AskingForm):
    """The password once more."""

    # Forms that wait for it go along, and may have a password of their own.
    own_password = PasswordField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.own_password.label.text = _("Password")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.own_password, _("Enter your password.")),)


class ChangePasswordForm(AskingForm):
    """The present password and a new one."""

    current = PasswordField()
    new = PasswordField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.current.label.text = _("Current password")
        form.new.label.text = _("New password")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.current, _("Enter your current password.")),)

    def is_in_order(self, email: str) -> bool:
        """Say whether both may do, as far as a form can tell."""
        sent = self.submitted()
        self.check_new(self.new, email)
        return sent and not self.problems()


class ForgotForm(AskingForm):
    """The address that a link for a new password is to go to."""

    email = TextField(limit=EMAIL_LIMIT)

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.email.label.text = _("Email")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.email, _("Enter your e-mail address.")),)


class NewPasswordForm(AskingForm):
    """A new password for who followed the link."""

    password = PasswordField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.password.label.text = _("New password")
        return form

    def is_in_order(self, email: str) -> bool:
        """Say whether it may be taken."""
        sent = self.submitted()
        self.check_new(self.password, email)
        return sent and not self.problems()


class JoinForm(AskingForm):
    """What somebody who joins the team says: who has signed in before, only the password."""

    name = TextField()
    password = PasswordField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.name.label.text = _("Your name")
        form.password.label.text = _("Password")
        return form

    def is_in_order(self, email: str, *, is_new: bool) -> bool:
        """Say whether it may be taken; a new password has to be a good one."""
        sent = self.submitted()
        if not is_new:
            return sent
        if not self.name.data and not self.name.errors:
            self.refuse(self.name, _("Enter your name, as colleagues know it."))
        self.check_new(self.password, email)
        return sent and not self.problems()


class InviteForm(AskingForm):
    """Whom to ask into the team, and as what."""

    email = TextField(limit=EMAIL_LIMIT)
    role = ChoiceField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.email.label.text = _("Email")
        form.role.label.text = _("Role")
        form.role.missing = _("Choose a role.")
        form.role.offer((role.value, wording.role(role)) for role in Role)
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.email, _("Enter an e-mail address.")),)

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' own
        super().validate(extra_validators)
        local, _at, domain = (self.email.data or "").rpartition("@")
        if self.email.data and not (local and domain) and not self.email.errors:
            self.refuse(self.email, _("Enter an e-mail address, such as name@example.com."))
        return not self.problems()


class RoleForm(PageForm):
    """Another role for a member."""

    role = ChoiceField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.role.missing = _("Choose a role.")
        form.role.offer((role.value, wording.role(role)) for role in Role)
        return form


class KeyForm(AskingForm):
    """What a new API key is for."""

    name = TextField()

    @classmethod
    def made(cls) -> Self:
        form = cls()
        form.name.label.text = _("Name")
        return form

    def needed(self) -> Iterable[tuple[Field, str]]:
        return ((self.name, _("Enter what the key is for.")),)


class PasskeyForm(PageForm):
    """What a browser answers for a passkey; `name` is what its user calls a new one."""

    name = TextField()
    credential = HiddenField()

    @classmethod
    def made(cls, name: str = "") -> Self:
        form = cls(data={"name": name})
        form.name.label.text = _("Name of the passkey")
        return form

    def answer(self) -> str:
        """Give the browser's answer, "" for what is none."""
        text = self.credential.data or ""
        return text if len(text) <= _CREDENTIAL_LIMIT else ""


def weakness_words(found: Weakness) -> str:
    """Say why a new password is not taken."""
    return {
        Weakness.TOO_SHORT: _("Use at least %(count)s characters. Several words make a good password.")
        % {"count": SHORTEST},
        Weakness.TOO_LONG: _("Use 1,000 characters at most."),
        Weakness.COMMON: _("This is one of the passwords that are tried first. Choose another one."),
        Weakness.OWN_ADDRESS: _("Do not use your e-mail address. Choose another one."),
    }[found]
