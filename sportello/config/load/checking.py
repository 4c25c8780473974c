"""What a load made, held against what the product makes."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction

from sportello.config.supervisor.trouble import Trouble
from sportello.foundation.tenancy.models import Organisation, OwnedKey, OwnedOneToOne
from sportello.records.tickets.models import Entry, SearchRow, Ticket
from sportello.records.tickets.search_index import index

#: Entries of the newest tickets whose vectors are made again.
_SAMPLE = 40


def refuse_if_different(organisation: Organisation) -> None:
    """Trouble when the product would make another vector for one of the newest entries than the load looked up."""
    entries = Entry.objects.filter(organisation=organisation, kind=Entry.Kind.MESSAGE).order_by("-id")
    for entry in entries.select_related("ticket__customer", "message")[:_SAMPLE]:
        kept, made = vectors(entry.ticket, entry)
        if kept != made:
            missing, beyond = sorted(set(made) - set(kept)), sorted(set(kept) - set(made))
            raise Trouble(f"search rows of the load are not the product's: {missing} are missing, {beyond} too many.")


def vectors(ticket: Ticket, entry: Entry) -> tuple[list[str], list[str]]:
    """Lexemes as kept and as the product's own indexing makes them."""
    with transaction.atomic():
        kept = _lexemes(entry)
        SearchRow.objects.filter(entry=entry).delete()
        index(ticket, entry, *_texts(ticket, entry), with_number=entry.position == 1)
        made = _lexemes(entry)
        transaction.set_rollback(True)
    return kept, made


def _texts(ticket: Ticket, entry: Entry) -> tuple[str, ...]:
    """What each action gives `index`: `opening.first_entry`, `messages.receive` and `answer`, `notices._write`."""
    message, name = entry.message, ticket.customer.name if ticket.customer else ""
    if entry.position == 1:
        return ticket.subject, name, message.text, message.sender_name, message.sender_address
    if message.is_incoming:
        return message.text, message.subject, message.sender_name
    return (message.subject,) if message.is_machine else (message.text,)


def _lexemes(entry: Entry) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(words) FROM tickets_searchrow WHERE entry_id = %s", [entry.pk])
        (found,) = cursor.fetchone()
    return list(found)


def broken_keys(organisation: Organisation) -> list[str]:
    """Owned keys of the organisation's rows that point at nothing of it: `table.column: how many`. Reads every row."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, OwnedKey | OwnedOneToOne):
                continue
            target = field.remote_field.model
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT count(*) FROM "{model._meta.db_table}" a WHERE a.organisation_id = %s'  # noqa: S608 - models
                    f' AND a."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{target._meta.db_table}" b'
                    f' WHERE b.organisation_id = a.organisation_id AND b.id = a."{field.column}")',
                    [organisation.pk],
                )
                (count,) = cursor.fetchone()
            if count:
                found.append(f"{model._meta.db_table}.{field.column}: {count}")
    return found
