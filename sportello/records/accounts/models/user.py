"""A person who works here; a row of no organisation, since one person may work for several."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from sportello.foundation.core.questions import Question, loaded

#: Ids of the key's column are smaller.
_MOST = 2**63


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get(self, *args: Any, **wanted: Any) -> User:
        """By its key alone, as every page does, it is asked by a question worded once."""
        if not args and set(wanted) == {"pk"} and isinstance(wanted["pk"], int) and wanted["pk"] < _MOST:
            found = _BY_KEY.first(pk=wanted["pk"])
            if found is None:
                raise self.model.DoesNotExist(f"no user {wanted['pk']}")
            return found
        return super().get(*args, **wanted)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=10, default="it")
    #: Ends every session at once: the stream and the pages look at it.
    is_active = models.BooleanField(default=True)
    #: Runs the installation (organisations, backups); reads no tickets.
    runs_installation = models.BooleanField(default=False)

    #: Seconds in which a sent reply can be taken back; null: the installation's own.
    undo_seconds = models.PositiveSmallIntegerField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()
    from_db = classmethod(loaded)  # type: ignore[assignment, var-annotated]  # the stubs are of a later Django

    def __str__(self) -> str:
        return f"user {self.pk}"

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalpha()]
        outer = [words[0], words[-1]] if len(words) > 1 else words
        return "".join(word[0] for word in outer).upper() or "?"


_BY_KEY: Question[User] = Question(lambda pk: User._base_manager.filter(pk=pk)[:1], planned=True)
