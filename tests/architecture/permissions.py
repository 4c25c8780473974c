"""Who gets which answer at which address: one line an address, to be read as a page of rules.

    Line("desk:closure", GET_POST, SEES_TICKET, {...})

says: the address named `desk:closure` takes GET and POST; whoever sees the ticket gets in; for everybody else it is
what SEES_TICKET says (nothing there, or the sign-in page). A line whose address names an organisation holds in every
organisation, a line about a ticket for every ticket of TICKETS. `test_permissions.py` asks them all, and fails when an
address or a live topic of the product has no line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Answer(StrEnum):
    OPEN = "gets in"
    LOGIN = "is sent to sign in"
    HIDDEN = "finds nothing there (404)"
    CODE = "is asked for number and code"
    REFUSED = "is refused (403)"
    METHOD = "is told the method is not taken (405)"
    GONE = "is told it is over (410)"


# ---- people: tests/cast.py, and two customers in browsers of their own

#: Colleagues by what they are; each signed in.
STAFF = ("Anna", "Bruno", "Carla", "Dario", "Elena", "Fabio", "Gina", "Hugo", "Irene", "Leo", "Root")
#: Not signed in: nobody in particular; Maria with number and code of a ticket in Borgo; John with one of the shop.
VISITORS = ("anonymous", "Maria", "John")
PEOPLE = (*STAFF, *VISITORS)

ORGANISATIONS = ("borgo", "bottega")


def _names(words: str) -> frozenset[str]:
    found = frozenset(words.split())
    assert found <= set(PEOPLE), f"not in the cast: {found - set(PEOPLE)}"
    return found


# ---- rights


@dataclass(frozen=True)
class Right:
    """Who gets in, by organisation; what the others get, signed in or not. `says` is how a failure names it."""

    says: str
    borgo: frozenset[str]
    bottega: frozenset[str]
    staff: Answer = Answer.HIDDEN
    visitors: Answer = Answer.LOGIN
    #: Whether who gets in depends on the ticket, not on the organisation alone.
    by_ticket: bool = False

    def inside(self, slug: str = "") -> frozenset[str]:
        """Who gets in, in this organisation; without one, who does anywhere."""
        return self.borgo | self.bottega if not slug else {"borgo": self.borgo, "bottega": self.bottega}[slug]

    def answer(self, person: str, slug: str = "") -> Answer:
        return self.for_one_of(self.inside(slug), person)

    def for_one_of(self, inside: frozenset[str], person: str) -> Answer:
        if person in inside:
            return Answer.OPEN
        return self.visitors if person in VISITORS else self.staff


def right(says: str, borgo: str, bottega: str, **others: Answer) -> Right:
    return Right(says, _names(borgo), _names(bottega), **others)


EVERYBODY = right("everybody", " ".join(PEOPLE), " ".join(PEOPLE))
#: Signing in by a provider that is not set up.
NOBODY = right("nobody", "", "", visitors=Answer.HIDDEN)
#: Of one's own, and nobody here has it; who is not signed in is asked to.
NOTHING_THERE = right("nobody", "", "")
#: Pages of the second step of signing in: who has not given the password yet is sent to do so.
HALFWAY = right("who has given a password", " ".join(STAFF), " ".join(STAFF))
SIGNED_IN = right("who has an account", " ".join(STAFF), " ".join(STAFF))
WORKS = right("who works there", "Anna Bruno Carla Dario Elena Fabio Gina Hugo", "Hugo Irene")
#: Its pages name no organisation, and no place in one opens them.
RUNS = right("who runs the installation", "Root", "Root")
ENTERS = right("who works there, or runs the installation", "Anna Bruno Carla Dario Elena Fabio Gina Hugo Root",
               "Hugo Irene Root")
#: Trainee and assessor only where nothing is real, the administrator and who runs the installation never.
SERVES = right("who serves customers there", "Anna Bruno Carla Dario Hugo", "Hugo Irene")
LEADS = right("who answers for colleagues there, or sets up", "Carla Elena", "Irene")
SUPERVISES = right("who answers for colleagues there", "Carla", "Irene")
SETS_UP = right("who sets the organisation up", "Elena", "")
#: Of an address that names no organisation: whoever sets one up is led to theirs.
SETS_UP_SOMEWHERE = right("who sets an organisation up", "Elena", "")
KNOWS = right("who serves, leads or sets up there", "Anna Bruno Carla Dario Elena Hugo", "Hugo Irene")
OWN_CONTACT = right("whose contact it is", "Anna", "Irene")
SEES_TICKET = Right("who sees the ticket", SERVES.borgo, SERVES.bottega, by_ticket=True)
LEADS_TICKET = Right("who sees the ticket and answers for colleagues", SUPERVISES.borgo, SUPERVISES.bottega,
                     by_ticket=True)
HOLDS_CODE = right("who gave number and code", "Maria", "John", staff=Answer.CODE, visitors=Answer.CODE)
#: Open to everybody where the demo runs, else nothing.
DEMO = right("everybody, in the demo only", "", "", visitors=Answer.HIDDEN)


# ---- tickets: role × team × sensitivity

#: What a ticket is → who sees it. The first of each organisation is the one Maria and John hold the code of.
TICKETS: Mapping[str, frozenset[str]] = {
    "borgo normal front": _names("Anna Bruno Carla Hugo"),
    "borgo normal taxes": _names("Anna Bruno Carla Dario Hugo"),
    "borgo team taxes": _names("Bruno Dario"),
    "borgo named front": _names("Carla Dario"),
    "bottega normal care": _names("Hugo Irene"),
    "bottega named care": _names("Irene"),
}
#: Among the named of the two last of each; all others do not see them, whatever their role or team.
NAMED: Mapping[str, tuple[str, ...]] = {
    "borgo named front": ("Carla", "Dario"),
    "bottega named care": ("Irene",),
}


# ---- addresses

GET, POST, GET_POST = ("GET",), ("POST",), ("GET", "POST")


@dataclass(frozen=True)
class Line:
    """`body`: what a POST sends, good enough to be done (`{team_id}` from the scene); None: it comes back to be
    corrected. `given`: arguments of the address other than the scene's own."""

    name: str
    methods: tuple[str, ...]
    right: Right
    body: Mapping[str, str] | None = None
    query: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


PLACE = {"role": "operator", "teams": "{team_id}"}
MAILBOX = {
    "address": "nuova@example.org", "shown_name": "Nuova", "channel": "email", "reading": "none", "reply_form": "plus",
    "smtp_security": "tls",
}
ASKING = {
    "kind": "{kind}", "subject": "Orari", "text": "Quando aprite?", "name": "Maria Popescu",
    "email": "maria@example.org", "language": "it", "privacy": "on",
}

#: The form of the scene: `form_id` is also what the addresses of form senders use.
FORM = {"form_id": "{form_row_id}"}

LINES = (
    Line("healthz", GET, EVERYBODY),
    # an account: allauth's pages that this house offers
    Line("account_login", GET_POST, EVERYBODY, {"login": "nobody@example.org", "password": "sbagliata"}),
    Line("account_logout", GET_POST, EVERYBODY, {}),
    Line("account_inactive", GET, EVERYBODY),
    Line("account_signup", GET_POST, EVERYBODY, {"email": "nobody@example.org", "password1": "una-frase-lunga-10"}),
    Line("account_email", GET_POST, EVERYBODY, {"email": "other@example.org", "action_add": ""}),
    Line("account_reauthenticate", GET_POST, SIGNED_IN, {"password": "sbagliata"}),
    Line("account_change_password", GET_POST, SIGNED_IN, {"oldpassword": "sbagliata"}),
    Line("account_reset_password", GET_POST, EVERYBODY, {"email": "nobody@example.org"}),
    Line("account_reset_password_done", GET, EVERYBODY),
    Line("account_reset_password_from_key", GET_POST, EVERYBODY, {"password1": "una-frase-lunga-10"}),
    Line("account_reset_password_from_key_done", GET, EVERYBODY),
    Line("account_me", GET_POST, SIGNED_IN, {"name": "Un Nome", "language": "it"}),
    Line("mfa_index", GET, SIGNED_IN),
    Line("mfa_authenticate", GET_POST, HALFWAY, {"code": "000000"}),
    Line("mfa_reauthenticate", GET_POST, SIGNED_IN, {"code": "000000"}),
    Line("mfa_activate_totp", GET_POST, SIGNED_IN, {"code": "000000"}),
    Line("mfa_deactivate_totp", GET_POST, NOTHING_THERE, {}),
    Line("mfa_view_recovery_codes", GET, NOTHING_THERE),
    Line("mfa_generate_recovery_codes", GET_POST, SIGNED_IN, {}),
    Line("mfa_list_webauthn", GET, EVERYBODY),
    Line("mfa_add_webauthn", GET_POST, SIGNED_IN, {"name": "Ufficio"}),
    Line("mfa_remove_webauthn", GET_POST, SIGNED_IN, {}, given={"pk": "1"}),
    Line("mfa_reauthenticate_webauthn", GET_POST, SIGNED_IN, {}),
    Line("mfa_login_webauthn", GET_POST, HALFWAY, {}),
    Line("openid_connect_login", POST, NOBODY, {}, given={"provider_id": "none"}),
    Line("openid_connect_callback", GET_POST, NOBODY, {}, given={"provider_id": "none"}),
    Line("socialaccount_login_cancelled", GET, EVERYBODY),
    Line("socialaccount_login_error", GET, EVERYBODY),
    Line("socialaccount_connections", GET, EVERYBODY),
    Line("socialaccount_signup", GET, EVERYBODY),
    Line("account_invitation", GET_POST, EVERYBODY, {"name": "Nino Nuovo", "password": "una-frase-lunga-10"},
         given={"token": "{invitation}"}),
    # the looks
    Line("ui:theme", POST, EVERYBODY, {"theme": "dark"}),
    Line("ui:language", POST, EVERYBODY, {"language": "en"}),
    Line("ui:styleguide", GET, DEMO),
    Line("ui:styleguide_face", GET, DEMO),
    # the desk: lists
    Line("desk:home", GET, ENTERS),
    Line("desk:list", GET, SERVES, given={"name": "all"}),
    Line("desk:saved_views", POST, SERVES, {"list": "all", "words": "sort=opened", "name": "Tutte"}),
    Line("desk:saved_view_removal", POST, NOTHING_THERE, {}, given={"view_id": "1"}),
    Line("desk:beside", GET, SEES_TICKET, given={"where": "next"}),
    Line("desk:keys", GET_POST, SERVES, {"key-t": "9"}),
    Line("desk:many", GET_POST, SERVES, {"tickets": "borgo/2000-0000001"}, query="tickets=borgo/2000-0000001",
         given={"verb": "take"}),
    Line("desk:many_going_on", POST, SERVES),
    Line("desk:many_undoing", POST, SERVES),
    Line("desk:accent", GET, WORKS),
    Line("desk:search", GET, SERVES, query="q=mensa"),
    Line("desk:palette", GET, SERVES, query="q=mensa"),
    # the desk: a ticket to read
    Line("desk:ticket", GET, SEES_TICKET),
    Line("desk:context", GET, SEES_TICKET),
    Line("desk:why", GET, SEES_TICKET),
    Line("desk:attachment", GET, SEES_TICKET),
    Line("desk:mail_html", GET, SEES_TICKET),
    Line("desk:mail_raw", GET, SEES_TICKET),
    Line("desk:certified", GET, SEES_TICKET),
    Line("desk:certified_file", GET, SEES_TICKET),
    Line("desk:certified_proof", GET, SEES_TICKET),
    Line("desk:receipt", GET_POST, SEES_TICKET, {"paper": "roll"}),
    Line("desk:tab", POST, SEES_TICKET, {}),
    # the desk: a ticket to write on
    Line("desk:replies", POST, SEES_TICKET,
         {"text": "Buongiorno.", "to": "maria@example.org", "base_position": "{public_position}", "then": "keep"}),
    Line("desk:notes", POST, SEES_TICKET, {"text": "Tra noi."}),
    Line("desk:waiting_undo", POST, SEES_TICKET, {}),
    Line("desk:waiting_departure", POST, SEES_TICKET, {"seen": "{public_position}"}),
    Line("desk:again", POST, SEES_TICKET, {"to": ""}),
    Line("desk:blocking", POST, LEADS_TICKET, {}),
    # the desk: a ticket to handle
    Line("desk:taking", POST, SEES_TICKET, {"expected": ""}),
    Line("desk:assignment", GET_POST, SEES_TICKET, {"member": "{member_id}", "expected": ""}),
    Line("desk:team", GET_POST, SEES_TICKET, {"team": "{other_team_id}"}),
    Line("desk:kind", GET_POST, SEES_TICKET, {"kind": "{kind_id}"}),
    Line("desk:priority", GET_POST, SEES_TICKET, {"priority": "3"}),
    Line("desk:sensitivity", GET_POST, SEES_TICKET, {"sensitivity": "normal"}),
    Line("desk:promise", GET_POST, SEES_TICKET, {"day": "{tomorrow}", "reason": "Aspettiamo la ragioneria."}),
    Line("desk:waiting", GET_POST, SEES_TICKET, {"reason": "Ci mandi la ricevuta."}),
    Line("desk:resumption", POST, SEES_TICKET, {}),
    # the clock of a ticket; the town's procedures of the cast have neither suspensions nor levels: who may, is refused
    Line("desk:suspension", GET_POST, SEES_TICKET),
    Line("desk:term_resumption", GET_POST, SEES_TICKET),
    Line("desk:extension", GET_POST, SEES_TICKET),
    Line("desk:pause", GET_POST, SEES_TICKET),
    Line("desk:unpause", POST, SEES_TICKET, {}),
    Line("desk:notice", GET_POST, SEES_TICKET),
    Line("desk:step", POST, SEES_TICKET, given={"step": "none"}),
    Line("desk:reasons", GET_POST, SEES_TICKET),
    Line("desk:blocks", GET_POST, SEES_TICKET),
    Line("desk:closure", GET_POST, SEES_TICKET, {"outcome": "information_given", "reason": "Fatto."}),
    Line("desk:reopening", GET_POST, SEES_TICKET),
    # the desk: who comes, rings, writes
    Line("desk:counter", GET, SERVES),
    Line("desk:contact_new", GET_POST, SERVES,
         {"do": "save", "channel": "counter", "kind": "{kind_id}", "language": "it", "next": "answered"},
         query="customer={customer_id}"),
    Line("desk:contact_find", GET, SERVES, query="who=popescu"),
    Line("desk:contact_next", GET, SERVES, query="customer={customer_id}"),
    Line("desk:contact_questions", POST, SERVES, {"channel": "phone"}),
    Line("desk:contact_ending", POST, OWN_CONTACT, {}),
    # the desk: customers
    Line("desk:customers_home", GET, SERVES),
    Line("desk:customers", GET, SERVES, query="q=popescu"),
    Line("desk:customer", GET_POST, SERVES, {"name": "Maria Popescu", "sort": "person", "language": "it"}),
    Line("desk:identities", POST, SERVES, {"sort": "phone", "value": "333 765 4321"}),
    Line("desk:identity_verification", POST, SERVES, {"how": "by_document"}),
    Line("desk:identity_undeliverable", POST, SERVES, {}),
    Line("desk:value_check", GET, SERVES, query="sort=phone&value=333765"),
    Line("desk:identity_preference", POST, SERVES, {}),
    Line("desk:identity_removal", POST, SERVES, {}),
    Line("desk:relations", POST, SERVES, {"kind": "household", "other": "Marta Altra"}),
    Line("desk:relation_ending", POST, SERVES, {}),
    Line("desk:relation_proof", GET, SERVES),
    Line("desk:consents", POST, SERVES, {"purpose": "survey", "source": "phone"}),
    Line("desk:consent_withdrawal", POST, SERVES, {}),
    Line("desk:customer_notes", POST, SERVES, {"text": "Preferisce il mattino."}),
    Line("desk:customer_side", GET, SERVES),
    Line("desk:duplicates", GET, SERVES),
    Line("desk:merges", GET_POST, SERVES, {"other": "{other_customer_id}", "do": "merge"},
         query="other={other_customer_id}"),
    Line("desk:merge_parting", POST, SERVES, {}),
    # the desk: customers' data in and out, for who answers for it
    Line("desk:customer_data", GET_POST, SUPERVISES, {"purpose": "Accesso art. 15"}),
    # comes back to be corrected: open tickets hold it
    Line("desk:customer_erasure", POST, SUPERVISES, None),
    Line("desk:customers_export", GET_POST, SUPERVISES, {"purpose": "Verifica"}),
    Line("desk:readings", GET, SUPERVISES),
    Line("desk:imports", GET_POST, SUPERVISES),
    Line("desk:import", GET_POST, SUPERVISES),
    Line("desk:import_going", POST, SUPERVISES, {"do": "stop"}),
    Line("desk:import_faults", GET, SUPERVISES),
    Line("desk:side_sources", GET_POST, SETS_UP),
    Line("desk:side_source_switch", POST, SETS_UP, {}),
    # the desk: the mail door
    Line("desk:quarantine", GET, SERVES),
    Line("desk:quarantine_in", GET, SERVES),
    Line("desk:held", GET, SERVES),
    Line("desk:held_raw", GET, SERVES),
    Line("desk:held_release", POST, SERVES, {}),
    Line("desk:held_retry", POST, SERVES, {}),
    Line("desk:held_aside", POST, SERVES, {}),
    Line("desk:senders", GET_POST, LEADS,
         {"do": "block", "sender": "spam@example.net", "reason": "Pubblicità", "days": "0"}),
    Line("desk:sender_unblocking", POST, LEADS, {}),
    Line("desk:form_ending", POST, LEADS, {}),
    Line("desk:dispatches", GET, SERVES),
    Line("desk:mail", GET, KNOWS),
    Line("desk:silent", GET, SERVES),
    # the desk: documents of a ticket
    Line("desk:documents", GET_POST, SEES_TICKET, {"template": "", "language": "it"}),
    Line("desk:document", GET, SEES_TICKET),
    Line("desk:document_attaching", POST, SEES_TICKET, {}),
    Line("desk:document_correction", POST, SEES_TICKET, {"why": "Il giorno"}),
    Line("desk:letter", GET_POST, SEES_TICKET,
         {"edits": "{letter_edits}", "title": "Avviso", "recipient": "Maria", "text": "Venga.", "do": "save"}),
    Line("desk:letter_page", GET, SEES_TICKET, given={"page": "1"}),
    Line("desk:registrations", POST, SEES_TICKET, {"document": "{document_id}"}),
    # the desk: letters to begin from, the paper
    Line("desk:documents_home", GET, KNOWS),
    Line("desk:letter_templates", GET, KNOWS),
    Line("desk:letterhead", GET_POST, LEADS, {"place": "Borgo"}),
    Line("desk:letter_template_new", GET_POST, LEADS,
         {"code": "nuovo", "sort": "letter", "title_it": "Nuovo", "body_it": "Salve."}),
    Line("desk:letter_template", GET_POST, LEADS, {"sort": "letter", "title_it": "Nuovo", "body_it": "Salve."}),
    Line("desk:letter_template_retirement", POST, LEADS, {}),
    # the desk: forms
    Line("desk:forms", GET, KNOWS),
    Line("desk:form_new", GET_POST, LEADS, {"code": "altro", "name_it": "Altro"}),
    Line("desk:forms_import", GET_POST, LEADS),
    Line("desk:forms_export", GET, KNOWS),
    Line("desk:form", GET_POST, LEADS, {"name_it": "Modulo", "edits": "0"}, given=FORM),
    Line("desk:form_export", GET, KNOWS, given=FORM),
    Line("desk:form_field_new", GET_POST, LEADS, {"type": "text", "page": "1", "label_it": "Dove", "edits": "0"},
         given=FORM),
    Line("desk:form_field", GET_POST, LEADS, {"type": "text", "page": "1", "label_it": "Chi è", "edits": "0"},
         given={**FORM, "code": "who"}),
    Line("desk:form_order", POST, LEADS, {"do": "page", "edits": "0"}, given=FORM),
    Line("desk:form_preview", GET, KNOWS, given=FORM),
    Line("desk:form_publication", POST, LEADS, {}, given=FORM),
    Line("desk:form_retirement", POST, LEADS, {}, given=FORM),
    Line("desk:form_filling", GET_POST, SERVES, {"channel": "counter", "name": "Ugo", "language": "it"}, given=FORM),
    Line("desk:form_filling_page", GET_POST, SERVES, {"q-who": "Ugo"}, given={"page": "1"}),
    # the desk: the register
    Line("desk:protocol_home", GET, SERVES),
    Line("desk:protocol", GET, SERVES),
    Line("desk:protocol_entry", GET, SEES_TICKET),
    Line("desk:protocol_annulment", POST, LEADS_TICKET, {"why": "Doppia"}),
    Line("desk:protocol_prints", GET, SUPERVISES),
    Line("desk:protocol_print", GET, SUPERVISES),
    Line("desk:protocol_outside", GET, SERVES),
    Line("desk:protocol_again", POST, SEES_TICKET, {}),
    Line("desk:protocol_settings", GET_POST, SETS_UP, {"is_on": "on", "keeper": "own"}),
    # the desk: procedures
    Line("desk:procedures_home", GET, KNOWS),
    Line("desk:procedures", GET, KNOWS),
    Line("desk:procedures_packs", GET_POST, LEADS, {"code": "foia"}),
    Line("desk:procedures_import", GET_POST, LEADS),
    Line("desk:procedures_export", GET, KNOWS),
    Line("desk:procedure", GET, KNOWS),
    Line("desk:procedure_edit", GET_POST, LEADS,
         {"name_it": "Informazione", "term_value": "20", "term_unit": "calendar_days", "term_roll": "festivo",
          "source": "Delibera 1", "valid_from": "{tomorrow}"}),
    Line("desk:procedure_export", GET, KNOWS),
    Line("desk:procedure_confirmations", POST, LEADS, {"key": "term", "note": "Delibera 1"}),
    Line("desk:procedure_switch", POST, LEADS, {"on": "1"}),
    # the desk: people who work here
    Line("desk:people", GET, LEADS),
    Line("desk:people_in", GET, LEADS),
    Line("desk:invitations", GET_POST, SETS_UP,
         {**PLACE, "email": "nino@example.org", "name": "Nino", "language": "it"}),
    Line("desk:withdrawal", POST, SETS_UP, {}),
    Line("desk:route", POST, SETS_UP, {"team": "{other_team_id}"}),
    Line("desk:member", GET_POST, SETS_UP, PLACE),
    Line("desk:member_ending", POST, SETS_UP, {}),
    # the desk: mailboxes
    Line("desk:mailboxes", GET, SETS_UP),
    Line("desk:mailbox_new", GET_POST, SETS_UP, MAILBOX, query="address=nuova@libero.it"),
    Line("desk:mailbox", GET_POST, SETS_UP, MAILBOX),
    Line("desk:mailbox_reading", POST, SETS_UP, {}),
    Line("desk:mailbox_sending", POST, SETS_UP, {}),
    Line("desk:mailbox_cut_off", POST, SETS_UP, {"what": "archive"}),
    Line("desk:mailbox_pause", POST, SETS_UP, {"on": "0"}),
    Line("desk:mailbox_default", POST, SETS_UP, {}),
    Line("desk:mailbox_retirement", POST, SETS_UP, {}),
    # the desk: for who answers for the work of others
    Line("desk:work_home", GET, SUPERVISES),
    Line("desk:work", GET, SUPERVISES),
    Line("desk:work_week", GET, SUPERVISES),
    Line("desk:work_week_csv", GET, SUPERVISES),
    # the desk: setting an organisation up
    Line("desk:setup_home", GET, SETS_UP_SOMEWHERE),
    Line("desk:setup", GET, SETS_UP),
    Line("desk:setup_organisation", GET_POST, SETS_UP,
         {"name": "Ente", "languages": "it", "timezone": "Europe/Rome", "links": ""}),
    Line("desk:setup_appearance", GET_POST, SETS_UP, {"accent": "#0066cc"}),
    Line("desk:setup_teams", GET, SETS_UP),
    Line("desk:setup_team_new", GET_POST, SETS_UP, {"name_it": "Anagrafe"}),
    Line("desk:setup_team", GET_POST, SETS_UP, {"name_it": "Anagrafe"}),
    Line("desk:setup_team_ending", POST, SETS_UP, {}, given={"team_id": "{spare_team_id}"}),
    Line("desk:setup_branches", GET, SETS_UP),
    Line("desk:setup_branch_new", GET_POST, SETS_UP, {"name_it": "Sede", "position": "0"}),
    Line("desk:setup_branch", GET_POST, SETS_UP, {"name_it": "Sede", "position": "0"}),
    Line("desk:setup_branch_hours", GET_POST, SETS_UP, {"mon": "08:30-13:00"}),
    Line("desk:setup_branch_ending", POST, SETS_UP, {}),
    Line("desk:setup_kinds", GET, SETS_UP),
    Line("desk:setup_kind_new", GET_POST, SETS_UP,
         {"name_it": "Lode", "family": "praise", "days": "30", "hours": "16"}),
    Line("desk:setup_kind", GET_POST, SETS_UP, {"name_it": "Lode", "family": "praise"}),
    Line("desk:setup_kind_place", POST, SETS_UP, {}),
    Line("desk:setup_kind_use", POST, SETS_UP, {}, given={"verb": "default"}),
    Line("desk:setup_hours", GET_POST, SETS_UP, {"mon": "08:30-13:00"}),
    # the portal: open to the street
    Line("portal:landing", GET, EVERYBODY),
    Line("portal:home", GET, EVERYBODY),
    Line("portal:service", GET, EVERYBODY),
    Line("portal:privacy", GET, EVERYBODY),
    Line("portal:accessibility", GET, EVERYBODY),
    Line("portal:accent", GET, EVERYBODY),
    Line("portal:logo", GET, EVERYBODY),
    Line("portal:request", GET_POST, EVERYBODY, ASKING),
    Line("portal:forms", GET, EVERYBODY),
    Line("portal:follow", GET_POST, EVERYBODY, {"number": "{number}", "code": "{code}"}),
    Line("portal:code", GET_POST, EVERYBODY, {}),
    # the portal: the token is the right
    Line("portal:request_details", GET_POST, EVERYBODY, {"q-who": "Maria"}, given={"token": "{filling}"}),
    Line("portal:summary", GET_POST, EVERYBODY, {}, given={"token": "{draft}"}),
    Line("portal:receipt", GET, EVERYBODY, given={"token": "{sent}"}),
    Line("portal:receipt_paper", GET, EVERYBODY, given={"token": "{sent}"}),
    Line("portal:receipt_roll", GET, EVERYBODY, given={"token": "{sent}"}),
    Line("portal:receipt_text", GET, EVERYBODY, given={"token": "{sent}"}),
    # the portal: a request followed; a colleague has no shorter way in than its customer
    Line("portal:ticket", GET, HOLDS_CODE),
    Line("portal:step_form", POST, HOLDS_CODE, {}, given={"step": "request_form"}),
    Line("portal:ticket_form", GET_POST, HOLDS_CODE, {}, given={"token": "{of_step}", "page": "1"}),
    Line("portal:words", POST, HOLDS_CODE, {"text": "Aggiungo questo."}),
    Line("portal:confirmation", POST, HOLDS_CODE, {}),
    Line("portal:reopening", POST, HOLDS_CODE, {"text": "Non è risolto."}),
    Line("portal:file", GET, HOLDS_CODE),
    Line("portal:leaving", POST, EVERYBODY, {}),
    # what the demo's customers find in their mailboxes
    Line("portal:demo_mails", GET, DEMO),
    Line("portal:demo_mail", GET, DEMO, given={"mail_id": "{out_mail_id}"}),
    Line("portal:demo_mail_raw", GET, DEMO, given={"mail_id": "{out_mail_id}"}),
)

from .permission_answering import ANSWERING  # noqa: E402 - its lines are made of what stands above

LINES = (*LINES, *ANSWERING)
from .permission_complaints import COMPLAINT_LINES  # noqa: E402 - its lines are made of what stands above

LINES = (*LINES, *COMPLAINT_LINES)


# ---- live topics


@dataclass(frozen=True)
class TopicLine:
    """A topic by an example of its names: what may be subscribed to, and by whom."""

    example: str
    right: Right


TOPICS = (
    TopicLine("lists", SERVES),
    TopicLine("ticket:{slug}/{number}", SEES_TICKET),
)


# ---- lines of other files, which know the rights above

from .permission_archive_lines import LINES as ARCHIVE  # noqa: E402 - it takes the rights from here
from .permission_notifications import NOTIFICATION_LINES, NOTIFICATION_TOPICS  # noqa: E402 - as said
from .permission_offices import LINES as OFFICES  # noqa: E402 - as said
from .permission_sign_in import SIGN_IN_LINES  # noqa: E402 - as said
from .permission_ticket_lists import LINES as TICKET_LISTS  # noqa: E402 - as said
from .permission_verbs import VERB_LINES  # noqa: E402 - as said
from .permission_watching import WATCHING_LINES  # noqa: E402 - as said

LINES = (*LINES, *ARCHIVE, *NOTIFICATION_LINES, *OFFICES, *SIGN_IN_LINES, *TICKET_LISTS, *VERB_LINES, *WATCHING_LINES)
TOPICS = (*TOPICS, *NOTIFICATION_TOPICS)
