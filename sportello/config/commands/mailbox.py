"""`sportello mailbox ADDRESS`: whether it is e-mail or PEC, and the server that takes its mail."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sportello.service.channels.models import Mailbox

HELP = "show or set the channel and the outgoing server of a mailbox"
_PASSWORD = "SPORTELLO_SMTP_PASSWORD"  # noqa: S105 - the name of a variable


def arguments(parser: argparse.ArgumentParser) -> None:
    """The address; the server's settings, where they change."""
    parser.add_argument("address")
    parser.add_argument("--channel", choices=("email", "pec"), help="pec: a box of certified mail")
    parser.add_argument("--host", help='the SMTP server; "" sends to the out-tray again')
    parser.add_argument("--port", type=int)
    parser.add_argument("--security", choices=("none", "optional", "starttls", "tls"))
    parser.add_argument("--user", help=f"the password is read from {_PASSWORD}, or asked for")


def run(args: argparse.Namespace) -> int:
    """Prints the settings as they are then; never the password."""
    from sportello.config.cli import start_django
    from sportello.config.supervisor.trouble import Trouble

    start_django()
    from sportello.service.channels.models import Mailbox

    mailbox = Mailbox.objects.filter(address=args.address.strip().lower()).select_related("organisation").first()
    if mailbox is None:
        raise Trouble(f"No mailbox has the address {args.address}. `sportello status --json` lists them.")
    if args.channel == "pec" and mailbox.is_default:
        raise Trouble("The default mailbox is the one of e-mail: make another one the default first.")
    given = {
        "channel": args.channel, "smtp_host": args.host, "smtp_port": args.port, "smtp_security": args.security,
        "smtp_user": args.user,
    }  # fmt: skip
    for column, value in given.items():
        if value is not None:
            setattr(mailbox, column, value)
    mailbox.save()
    if args.user:
        _keep_password(mailbox)
    server = f"{mailbox.smtp_host}:{mailbox.smtp_port} ({mailbox.smtp_security})"
    by = server if mailbox.smtp_host else "the out-tray"
    sort = "PEC " if mailbox.channel == "pec" else ""
    print(f"{sort}{mailbox.address} of {mailbox.organisation.slug} sends by {by}")
    return 0


def _keep_password(mailbox: Mailbox) -> None:
    from getpass import getpass

    from sportello.service.channels.email import secrets

    secrets.keep(mailbox, os.environ.get(_PASSWORD) or getpass("Password of the server: "))
