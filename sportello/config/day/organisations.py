"""The two invented organisations of the demo: a municipality's public-relations office and an on-line shop."""

from __future__ import annotations

from dataclasses import dataclass

from sportello.config.founding import KindPlan, MailboxPlan, Plan
from sportello.foundation.tenancy.models import Organisation

#: Everybody's password in the demo, printed at the start; long enough for the rules, short enough to type.
PASSWORD = "sportello-demo"  # noqa: S105 - the demo's, printed on purpose

_WEEK = ("mon", "tue", "wed", "thu", "fri")

TOWN = Plan(
    slug="roccaserena",
    name="Comune di Roccaserena",
    sector=Organisation.Sector.PUBLIC_BODY,
    accent="#0b5c8a",
    teams={
        "urp": {"it": "Ufficio relazioni con il pubblico", "en": "Public relations office"},
        "tributi": {"it": "Ufficio tributi", "en": "Tax office"},
        "scuola": {"it": "Servizi scolastici", "en": "School services"},
        "manutenzioni": {"it": "Manutenzioni e verde", "en": "Maintenance and parks"},
    },
    kinds=(
        KindPlan(
            "informazione",
            {"it": "Informazione", "en": "Information"},
            "information",
            "urp",
            15,
            hints={"it": "Orari, uffici, documenti che servono.", "en": "Hours, offices, documents needed."},
            source="Carta dei servizi del Comune, regola interna",
        ),
        KindPlan(
            "servizio",
            {"it": "Richiesta di servizio", "en": "Service request"},
            "service",
            "urp",
            30,
            hints={"it": "Iscrizioni, certificati, permessi.", "en": "Registrations, certificates, permits."},
            source="L. 241/1990 art. 2 c. 2",
            confidence="A",
        ),
        KindPlan(
            "segnalazione",
            {"it": "Segnalazione di guasto", "en": "Fault report"},
            "fault",
            "manutenzioni",
            20,
            first_answer_hours=8,
            hints={"it": "Buche, lampioni, panchine, verde.", "en": "Potholes, street lights, benches, parks."},
            source="Carta dei servizi del Comune, regola interna",
        ),
        KindPlan(
            "reclamo",
            {"it": "Reclamo", "en": "Complaint"},
            "complaint",
            "urp",
            30,
            hints={"it": "Qualcosa non ha funzionato come doveva.", "en": "Something did not work as it should."},
            source="Carta dei servizi; Dir.P.C.M. 27 gennaio 1994",
            confidence="C",
        ),
        KindPlan(
            "suggerimento",
            {"it": "Suggerimento", "en": "Suggestion"},
            "suggestion",
            "urp",
            60,
            first_answer_hours=None,
            hints={"it": "Un'idea per fare meglio.", "en": "An idea to do better."},
        ),
        KindPlan(
            "ringraziamento",
            {"it": "Ringraziamento", "en": "Praise"},
            "praise",
            "urp",
            60,
            first_answer_hours=None,
            hints={"it": "Qualcosa che è andato bene.", "en": "Something that went well."},
        ),
    ),
    mailboxes=(
        MailboxPlan("urp@comune.roccaserena.example", "URP Roccaserena", is_default=True),
        MailboxPlan("tributi@comune.roccaserena.example", "Tributi Roccaserena", team="tributi"),
    ),
    calendar={
        "timezone": "Europe/Rome",
        "country": "IT",
        "local_days": ["09-29"],
        "hours": {day: [["08:30", "13:00"], *([["14:30", "17:00"]] if day in ("tue", "thu") else [])] for day in _WEEK},
        "holidays": [],
        "special": {},
        "always": False,
    },
    privacy_notice={
        "it": "Il Comune usa i suoi dati solo per rispondere a questa richiesta (art. 6 par. 1 lett. e GDPR). Li tiene per "
        "il tempo del piano di conservazione. Può chiedere di vederli, correggerli o cancellarli scrivendo all'URP.",
        "en": "The municipality uses your data only to answer this request (GDPR art. 6(1)(e)). It keeps them for the time "
        "of its retention plan. You can ask to see, correct or erase them by writing to the office.",
    },
    contact_lines={
        "it": "Piazza del Mercato 1, Roccaserena · 0555 010101 · lun–ven 8:30–13, mar e gio anche 14:30–17",
        "en": "Piazza del Mercato 1, Roccaserena · +39 0555 010101 · Mon–Fri 8:30–13, Tue and Thu also 14:30–17",
    },
)

SHOP = Plan(
    slug="lanaelino",
    name="Lana e Lino",
    sector=Organisation.Sector.SHOP,
    accent="#8a3b12",
    teams={
        "assistenza": {"it": "Assistenza clienti", "en": "Customer care"},
        "resi": {"it": "Resi e rimborsi", "en": "Returns and refunds"},
    },
    kinds=(
        KindPlan(
            "ordine",
            {"it": "Domanda su un ordine", "en": "Question about an order"},
            "information",
            "assistenza",
            7,
            first_answer_hours=8,
            hints={"it": "Dov'è, quando arriva.", "en": "Where it is, when it comes."},
        ),
        KindPlan(
            "recesso",
            {"it": "Reso o recesso", "en": "Return or withdrawal"},
            "rights",
            "resi",
            14,
            first_answer_hours=8,
            hints={"it": "Rimandare qualcosa entro 14 giorni.", "en": "Sending something back within 14 days."},
            source="D.Lgs. 206/2005 artt. 52–57",
            confidence="A",
        ),
        KindPlan(
            "garanzia",
            {"it": "Difetto o garanzia", "en": "Defect or guarantee"},
            "complaint",
            "assistenza",
            30,
            hints={"it": "Il prodotto non è come dovrebbe.", "en": "The product is not as it should be."},
            source="D.Lgs. 206/2005 artt. 128–135-septies",
            confidence="B",
        ),
        KindPlan(
            "prodotto",
            {"it": "Domanda su un prodotto", "en": "Question about a product"},
            "information",
            "assistenza",
            7,
            hints={"it": "Taglie, tessuti, lavaggio.", "en": "Sizes, fabrics, washing."},
        ),
    ),
    mailboxes=(MailboxPlan("aiuto@lanaelino.example", "Lana e Lino", is_default=True),),
    calendar={
        "timezone": "Europe/Rome",
        "country": "IT",
        "hours": {**{day: [["09:00", "18:00"]] for day in _WEEK}, "sat": [["09:00", "13:00"]]},
        "holidays": [],
        "special": {},
        "always": False,
    },
    privacy_notice={
        "it": "Usiamo i suoi dati solo per rispondere e per gestire il suo ordine (art. 6 par. 1 lett. b GDPR).",
        "en": "We use your data only to answer you and handle your order (GDPR art. 6(1)(b)).",
    },
    contact_lines={
        "it": "Lana e Lino srl · Via dei Tessitori 8, Roccaserena · 0555 020202",
        "en": "Lana e Lino srl · Via dei Tessitori 8, Roccaserena · +39 0555 020202",
    },
)


@dataclass(frozen=True)
class Colleague:
    """Who works in the demo: places are (organisation, role, teams)."""

    email: str
    name: str
    places: tuple[tuple[str, str, tuple[str, ...]], ...]
    language: str = "it"
    runs_installation: bool = False


COLLEAGUES = (
    Colleague("anna@sportello.example", "Anna Ferri", (("roccaserena", "operator", ("urp",)),)),
    Colleague("bruno@sportello.example", "Bruno Conti", (("roccaserena", "operator", ("tributi",)),)),
    Colleague("carla@sportello.example", "Carla Monti", (("roccaserena", "supervisor", ("urp", "scuola")),)),
    Colleague("dario@sportello.example", "Dario Leoni", (("roccaserena", "specialist", ("manutenzioni",)),)),
    Colleague("elena@sportello.example", "Elena Serra", (("roccaserena", "administrator", ()),)),
    Colleague("fabio@sportello.example", "Fabio Neri", (("roccaserena", "trainee", ("urp",)),)),
    Colleague("gina@sportello.example", "Gina Valli", (("roccaserena", "assessor", ()),)),
    Colleague("silvia@sportello.example", "Silvia Greco", (("roccaserena", "operator", ("scuola", "urp")),)),
    Colleague(
        "hugo@sportello.example",
        "Hugo Martin",
        (("lanaelino", "operator", ("assistenza",)), ("roccaserena", "operator", ("urp",))),
        language="en",
    ),
    Colleague("irene@sportello.example", "Irene Fabbri", (("lanaelino", "supervisor", ("assistenza", "resi")),)),
    Colleague("karim@sportello.example", "Karim Haddad", (("lanaelino", "operator", ("resi", "assistenza")),)),
    Colleague("nadia@sportello.example", "Nadia Bassi", (("lanaelino", "administrator", ()),)),
    Colleague("root@sportello.example", "Installazione", (), runs_installation=True),
)

#: Service sheets: organisation → (slug, team, {language: (title, summary, body, documents, cost, times)}).
SHEETS: dict[str, tuple[tuple[str, str, dict[str, tuple[str, str, str, str, str, str]]], ...]] = {
    "roccaserena": (
        (
            "cambio-residenza",
            "urp",
            {
                "it": (
                    "Cambio di residenza",
                    "Quando viene ad abitare a Roccaserena o cambia casa in paese.",
                    "La dichiarazione si fa entro 20 giorni dal trasloco.\n\n- di persona all'URP\n- per posta elettronica\n\n"
                    "Entro 2 giorni lavorativi la registriamo. Poi i vigili verificano che abiti davvero lì.",
                    "Documento d'identità; titolo per cui occupa la casa (contratto o atto).",
                    "Nessun costo",
                    "Registrazione in 2 giorni lavorativi, verifica entro 45 giorni",
                ),
                "en": (
                    "Change of address",
                    "When you come to live in Roccaserena or move within the town.",
                    "Tell us within 20 days of moving.\n\n- in person at the office\n- by e-mail\n\n"
                    "We register it within 2 working days. Then the local police check that you really live there.",
                    "Identity document; the title you occupy the home by (lease or deed).",
                    "Free of charge",
                    "Registered in 2 working days, checked within 45 days",
                ),
            },
        ),
        (
            "carta-identita",
            "urp",
            {
                "it": (
                    "Carta d'identità elettronica",
                    "Prima carta, rinnovo, smarrimento.",
                    "Si chiede su appuntamento. La carta arriva a casa entro 6 giorni lavorativi.\n\n"
                    "Può rinnovarla da 6 mesi prima della scadenza.",
                    "Una fototessera recente; la carta vecchia o la denuncia; la tessera sanitaria.",
                    "22,21 euro",
                    "6 giorni lavorativi",
                ),
                "en": (
                    "Electronic identity card",
                    "First card, renewal, loss.",
                    "By appointment. The card reaches you within 6 working days.\n\n"
                    "You can renew it from 6 months before it expires.",
                    "A recent photograph; the old card or the report of its loss; the health card.",
                    "22.21 euro",
                    "6 working days",
                ),
            },
        ),
        (
            "mensa-scolastica",
            "scuola",
            {
                "it": (
                    "Mensa scolastica",
                    "Iscrizione, tariffe, diete, pagamenti.",
                    "L'iscrizione vale per l'anno scolastico. La tariffa dipende dall'ISEE.\n\n"
                    "Le assenze si segnalano entro le 9:30: il pasto non viene addebitato.",
                    "ISEE in corso di validità per la tariffa ridotta; certificato medico per le diete.",
                    "Da 2,10 a 5,40 euro a pasto",
                    "Iscrizione in 10 giorni",
                ),
                "en": (
                    "School meals",
                    "Enrolment, prices, diets, payments.",
                    "Enrolment lasts the school year. The price depends on the family's ISEE.\n\n"
                    "Report an absence by 9:30 and the meal is not charged.",
                    "A valid ISEE for the reduced price; a medical certificate for diets.",
                    "From 2.10 to 5.40 euro a meal",
                    "Enrolled in 10 days",
                ),
            },
        ),
        (
            "tari",
            "tributi",
            {
                "it": (
                    "TARI, la tassa sui rifiuti",
                    "Quanto si paga, quando, riduzioni e rimborsi.",
                    "Si paga in due rate, il 31 maggio e il 30 novembre.\n\n"
                    "Chi cambia casa lo dichiara entro 90 giorni.",
                    "Numero utente scritto sull'avviso; visura o contratto per le variazioni.",
                    "Secondo la superficie e le persone",
                    "Risposta entro 30 giorni lavorativi",
                ),
                "en": (
                    "TARI, the waste tax",
                    "How much, when, reductions and refunds.",
                    "It is paid in two parts, on 31 May and 30 November.\n\nTell us within 90 days if you move.",
                    "The user number on the notice; land record or lease for changes.",
                    "By surface and people",
                    "Answer within 30 working days",
                ),
            },
        ),
        (
            "guasti-strade",
            "manutenzioni",
            {
                "it": (
                    "Guasti a strade, luci e verde",
                    "Dica dove e che cosa: noi mandiamo la squadra.",
                    "Ci serve il punto esatto: via e numero civico, o che cosa c'è vicino.\n\n"
                    "Se c'è pericolo per le persone chiami i vigili: 0555 010112.",
                    "Una fotografia aiuta.",
                    "Nessun costo",
                    "Primo sopralluogo entro 3 giorni lavorativi",
                ),
                "en": (
                    "Faults in roads, lights and parks",
                    "Tell us where and what: we send the crew.",
                    "We need the exact place: street and number, or what is near.\n\n"
                    "If people are in danger call the local police: +39 0555 010112.",
                    "A photograph helps.",
                    "Free of charge",
                    "First look within 3 working days",
                ),
            },
        ),
    ),
    "lanaelino": (
        (
            "spedizioni",
            "assistenza",
            {
                "it": (
                    "Spedizioni",
                    "Tempi, costi, seguire il pacco.",
                    "Spediamo in 1 giorno lavorativo. In Italia il pacco arriva in 2 o 3 giorni.",
                    "Numero d'ordine.",
                    "4,90 euro, gratis da 60 euro",
                    "2–3 giorni lavorativi",
                ),
                "en": (
                    "Shipping",
                    "Times, costs, tracking.",
                    "We ship within 1 working day. In Italy the parcel takes 2 or 3 days.",
                    "Order number.",
                    "4.90 euro, free from 60 euro",
                    "2–3 working days",
                ),
            },
        ),
        (
            "resi",
            "resi",
            {
                "it": (
                    "Resi e rimborsi",
                    "Ha 14 giorni dalla consegna, senza dire perché.",
                    "Ci scriva entro 14 giorni dalla consegna. Poi ha altri 14 giorni per rispedire.\n\n"
                    "Rimborsiamo prezzo e spedizione normale entro 14 giorni.",
                    "Numero d'ordine.",
                    "Il reso costa 4,90 euro",
                    "Rimborso entro 14 giorni",
                ),
                "en": (
                    "Returns and refunds",
                    "You have 14 days from delivery, without giving a reason.",
                    "Write to us within 14 days of delivery. You then have 14 more days to send it back.\n\n"
                    "We refund price and ordinary shipping within 14 days.",
                    "Order number.",
                    "A return costs 4.90 euro",
                    "Refund within 14 days",
                ),
            },
        ),
        (
            "taglie",
            "assistenza",
            {
                "it": (
                    "Taglie e tessuti",
                    "Come scegliere e come lavare.",
                    "La lana si lava a mano, in acqua fredda. Il lino si può lavare a 40 gradi.",
                    "",
                    "",
                    "",
                ),
                "en": (
                    "Sizes and fabrics",
                    "How to choose and how to wash.",
                    "Wash wool by hand in cold water. Linen can be washed at 40 degrees.",
                    "",
                    "",
                    "",
                ),
            },
        ),
    ),
}

#: (name, what it is competent for, team inside, address outside, working days)
OFFICES: dict[str, list[tuple[str, str, str, str, int]]] = {
    TOWN.slug: [
        ("Manutenzioni e verde", "Strade, illuminazione, parchi", "manutenzioni", "", 5),
        ("Provincia: viabilità", "Strade provinciali", "", "viabilita@provincia.example", 10),
        ("Ditta della mensa", "Pasti e diete scolastiche", "", "diete@mensascuole.example", 3),
    ],
    SHOP.slug: [
        ("Resi e rimborsi", "Rimborsi oltre il limite dell'operatore", "resi", "", 2),
        ("Corriere", "Spedizioni smarrite o danneggiate", "", "reclami@corriere.example", 4),
    ],
}

#: Saved replies: organisation → (slug, team or "", {language: (title, body)}).
REPLIES: dict[str, tuple[tuple[str, str, dict[str, tuple[str, str]]], ...]] = {
    "roccaserena": (
        (
            "saluto",
            "",
            {
                "it": (
                    "Saluto e presa in carico",
                    "Gentile {customer},\n\nabbiamo letto la sua richiesta {number} e ce ne stiamo "
                    "occupando.\n\nUn cordiale saluto,\n{operator}",
                ),
                "en": (
                    "Greeting",
                    "Dear {customer},\n\nwe have read your request {number} and are working on it.\n\n"
                    "Kind regards,\n{operator}",
                ),
            },
        ),
        (
            "documenti-mancanti",
            "",
            {
                "it": (
                    "Mancano documenti",
                    "Gentile {customer},\n\nper proseguire con la richiesta {number} ci serve ancora:\n\n- \n\n"
                    "Può rispondere a questo messaggio allegando il documento.\n\nUn cordiale saluto,\n{operator}",
                ),
                "en": (
                    "Documents missing",
                    "Dear {customer},\n\nto go on with request {number} we still need:\n\n- \n\n"
                    "You can reply to this message with the document attached.\n\nKind regards,\n{operator}",
                ),
            },
        ),
        (
            "orari",
            "urp",
            {
                "it": (
                    "Orari dell'URP",
                    "Gentile {customer},\n\nl'URP è aperto dal lunedì al venerdì dalle 8:30 alle 13, il martedì e "
                    "il giovedì anche dalle 14:30 alle 17.\n\nUn cordiale saluto,\n{operator}",
                ),
                "en": (
                    "Office hours",
                    "Dear {customer},\n\nthe office is open Monday to Friday from 8:30 to 13, on Tuesday and Thursday "
                    "also from 14:30 to 17.\n\nKind regards,\n{operator}",
                ),
            },
        ),
    ),
    "lanaelino": (
        (
            "dove-pacco",
            "assistenza",
            {
                "it": (
                    "Dov'è il pacco",
                    "Gentile {customer},\n\nabbiamo chiesto al corriere dove si trova il suo pacco. Le scriviamo "
                    "appena risponde.\n\n{operator}, Lana e Lino",
                ),
                "en": (
                    "Where the parcel is",
                    "Dear {customer},\n\nwe have asked the courier where your parcel is. We will write as soon "
                    "as they answer.\n\n{operator}, Lana e Lino",
                ),
            },
        ),
        (
            "istruzioni-reso",
            "resi",
            {
                "it": (
                    "Come fare il reso",
                    "Gentile {customer},\n\nabbiamo ricevuto il suo recesso (pratica {number}). Rispedisca entro 14 "
                    "giorni a: Lana e Lino, Via dei Tessitori 8, Roccaserena.\n\n{operator}, Lana e Lino",
                ),
                "en": (
                    "How to return",
                    "Dear {customer},\n\nwe have your withdrawal (ticket {number}). Please send it back within 14 days "
                    "to: Lana e Lino, Via dei Tessitori 8, Roccaserena.\n\n{operator}, Lana e Lino",
                ),
            },
        ),
    ),
}
