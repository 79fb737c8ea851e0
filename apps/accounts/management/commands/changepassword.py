import getpass
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from apps.accounts.actions import record_new_password
from apps.accounts.models import User

TRIES = 3


class Command(changepassword.Command):
    """Django's own command, with a line in the trail. No transaction waits while somebody types."""

    def handle(self, *args: Any, **options: Any) -> Any:
        username = options["username"] or getpass.getuser()
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"user '{username}' does not exist")
        self.stdout.write(f"Changing password for user '{user}'")
        for _ in range(TRIES):
            password = self._get_pass()  # type: ignore[attr-defined]  # the stubs lack it
            if password != self._get_pass("Password (again): "):  # type: ignore[attr-defined]
                self.stdout.write("Passwords do not match. Please try again.")
                continue
            try:
                validate_password(password, user)
            except ValidationError as refusal:
                self.stderr.write("\n".join(refusal.messages))
                continue
            with transaction.atomic():
                user.set_password(password)
                user.save(update_fields=["password"])
                record_new_password(user, by=None)
            return f"Password changed successfully for user '{user}'"
        raise CommandError(f"Aborting password change for user '{user}' after {TRIES} attempts")
