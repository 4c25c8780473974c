"""`sportello found`: a new organisation, ready for its first request, and the invitation of who will administer it."""

from __future__ import annotations

import argparse

HELP = "found an organisation and invite its administrator"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Slug, name, sector, mailbox, the administrator's address."""
    parser.add_argument("slug", help="in every address: lower case letters, digits and hyphens")
    parser.add_argument("name", help="as customers read it")
    parser.add_argument("--sector", choices=("public_body", "shop", "call_centre"), default="public_body")
    parser.add_argument("--mailbox", required=True, help="the address it receives and answers from")
    parser.add_argument("--administrator", required=True, help="e-mail address of who will administer it")


def run(args: argparse.Namespace) -> int:
    """Prints the address of the invitation, which works for seven days."""
    from sportello.config.cli import start_django
    from sportello.config.supervisor.trouble import Trouble

    start_django()
    from django.conf import settings
    from django.db import IntegrityError, transaction

    from sportello.config.first_plan import first_plan
    from sportello.config.founding import found
    from sportello.foundation.core.errors import Refusal
    from sportello.records.accounts.actions.invitations import invite
    from sportello.records.customers.identities import email

    if not email(args.mailbox):
        raise Trouble(f"{args.mailbox} is not an e-mail address.")
    try:
        with transaction.atomic():
            organisation = found(first_plan(args.slug, args.name, args.sector, email(args.mailbox)))
        _invitation, token = invite(organisation, args.administrator, "administrator", [], None)
    except IntegrityError:
        raise Trouble(f"The slug {args.slug} or the mailbox {args.mailbox} is already used, or is no slug.") from None
    except Refusal as refusal:
        raise Trouble(str(refusal.sentence)) from None
    print(f"{args.name} is founded. Its administrator opens, within seven days:")
    print(f"  {settings.PUBLIC_URL}/accounts/invitation/{token}/")
    print("Mail leaves to the out-tray until a server is set: sportello mailbox --help")
    return 0
