"""What people write and what the office answers: the invented needs a day is made of.

`{street}` `{child}` `{order}` `{product}` are filled per request. A story's steps are what an operator does, in order:
("answer", text) ("ask", text) ("note", text) ("move", team, reason) ("promise", days, reason) ("close", outcome, reason).
After "ask" the customer writes `back`.
"""

from __future__ import annotations

from dataclasses import dataclass

Step = tuple[str, ...]


@dataclass(frozen=True)
class Story:
    kind: str
    language: str
    subject: str
    text: str
    steps: tuple[Step, ...]
    back: str = ""
    sheet: str = ""
    #: Where customers write it: email, webform, counter, phone.
    channels: tuple[str, ...] = ("email", "webform")
    sensitivity: str = "normal"
    attachment: bool = False


TOWN: tuple[Story, ...] = (
    Story(
        "informazione",
        "it",
        "Orari per la carta d'identità",
        "Buongiorno, devo rinnovare la carta d'identità che scade il mese prossimo. Serve l'appuntamento? E quanto costa?\n\n"
        "Grazie mille",
        (
            (
                "answer",
                "Gentile {name},\n\nsì, serve l'appuntamento: può prenderlo rispondendo a questo messaggio o allo 0555 010101. "
                "Il costo è 22,21 euro. Porti una fototessera recente e la carta che scade.\n\nUn cordiale saluto,\n{operator}",
            ),
            ("close", "information_given", "Le abbiamo indicato come prendere l'appuntamento e il costo."),
        ),
        sheet="carta-identita",
        channels=("email", "webform", "phone", "counter"),
    ),
    Story(
        "informazione",
        "it",
        "Cambio di residenza da fuori comune",
        "Salve, mi trasferisco in {street} il primo del mese. Che documenti servono per la residenza? Il contratto d'affitto è "
        "registrato ma non l'ho ancora in mano.",
        (
            (
                "ask",
                "Gentile {name},\n\nci mandi per favore il numero di registrazione del contratto: basta quello, il contratto lo "
                "recuperiamo noi.\n\nUn cordiale saluto,\n{operator}",
            ),
            (
                "answer",
                "Gentile {name},\n\ngrazie, abbiamo tutto. La dichiarazione è registrata da oggi. La polizia locale passerà a "
                "verificare nei prossimi giorni.\n\nUn cordiale saluto,\n{operator}",
            ),
            ("close", "solved", "La dichiarazione di residenza è registrata."),
        ),
        back="Buongiorno, il numero è 004512 serie 3T. Grazie!",
        sheet="cambio-residenza",
    ),
    Story(
        "informazione",
        "en",
        "Do I need an appointment for residence?",
        "Good morning,\nI have just moved to {street} from abroad and I would like to register my residence. Do I need an "
        "appointment, and can I bring documents in English?\nThank you",
        (
            (
                "answer",
                "Dear {name},\n\nyes, please come by appointment. Documents in English need a sworn translation, apart from your "
                "passport. We have kept Thursday at 15:00 for you.\n\nKind regards,\n{operator}",
            ),
            ("close", "information_given", "Appointment given and documents explained."),
        ),
        sheet="cambio-residenza",
    ),
    Story(
        "segnalazione",
        "it",
        "Buca pericolosa in {street}",
        "All'altezza del civico 12 di {street} c'è una buca profonda proprio sulle strisce. Ieri un ragazzo in bici è quasi "
        "caduto. Allego una foto.",
        (
            ("note", "Sentita la squadra: il sopralluogo è domattina."),
            (
                "answer",
                "Gentile {name},\n\ngrazie della segnalazione. La squadra passa domani mattina; intanto abbiamo messo un "
                "segnale.\n\n{operator}",
            ),
            ("close", "solved", "La buca è stata chiusa."),
        ),
        sheet="guasti-strade",
        attachment=True,
    ),
    Story(
        "segnalazione",
        "it",
        "Lampione spento da una settimana",
        "In {street} il lampione davanti alla fermata è spento da una settimana. La sera non si vede nulla.",
        (
            ("promise", "5", "Aspettiamo il ricambio dal fornitore della rete."),
            ("close", "solved", "Il lampione è stato riparato."),
        ),
    ),
    Story(
        "segnalazione",
        "it",
        "Panchina rotta ai giardini",
        "Ai giardini di {street} una panchina ha due assi rotte con i chiodi fuori. È vicino allo scivolo dei bambini.",
        (
            (
                "answer",
                "Gentile {name},\n\nl'abbiamo transennata oggi. La sostituiamo entro la settimana.\n\n{operator}",
            ),
            ("close", "solved", "La panchina è stata sostituita."),
        ),
        channels=("email", "webform", "phone"),
    ),
    Story(
        "segnalazione",
        "en",
        "Fallen branch blocking the path",
        "Hello, a large branch fell across the footpath by the river near {street}. It is hard to pass with a pushchair.",
        (
            ("answer", "Dear {name},\n\nthank you. The crew removed it this morning.\n\n{operator}"),
            ("close", "solved", "The branch was removed."),
        ),
    ),
    Story(
        "reclamo",
        "it",
        "Mensa: addebito doppio a {child}",
        "Buongiorno,\nper il mese scorso mi sono stati addebitati due volte i pasti di {child}: 43,20 euro invece di 21,60. Ho già "
        "telefonato due volte e nessuno mi ha richiamato. Chiedo il rimborso e una risposta scritta.\nCordiali saluti",
        (
            ("note", "Confermo con la ragioneria: doppio invio del flusso pagoPA, riguarda 14 famiglie."),
            ("move", "scuola", "La mensa è seguita dai Servizi scolastici."),
            (
                "answer",
                "Gentile {name},\n\nci scusiamo: un errore nel flusso dei pagamenti ha raddoppiato l'importo. Il rimborso di 21,60 "
                "euro arriva sullo stesso conto entro 10 giorni. Ci scusiamo anche per le telefonate senza risposta.\n\n{operator}",
            ),
            ("close", "solved", "Rimborso di 21,60 euro disposto; errore corretto per tutte le famiglie."),
        ),
        sheet="mensa-scolastica",
    ),
    Story(
        "reclamo",
        "it",
        "Attesa di un'ora e mezza allo sportello",
        "Ieri sono venuta allo sportello per un certificato e ho aspettato un'ora e mezza con una sola persona a servire. Non è "
        "accettabile per chi prende un permesso dal lavoro.",
        (
            (
                "answer",
                "Gentile {name},\n\nha ragione e ce ne scusiamo. Ieri mancavano due colleghi. Dal mese prossimo il martedì apriamo un "
                "secondo sportello. I certificati si possono anche chiedere per posta elettronica.\n\n{operator}",
            ),
            ("close", "solved", "Spiegata la causa, aperto un secondo sportello il martedì."),
        ),
        channels=("email", "webform", "counter"),
    ),
    Story(
        "reclamo",
        "it",
        "TARI calcolata su un box che non ho più",
        "Ho venduto il box di {street} a febbraio e l'avviso TARI lo conta ancora. Chiedo che sia tolto e che mi sia restituito "
        "quanto pagato in più.",
        (
            ("move", "tributi", "La TARI è dell'Ufficio tributi."),
            (
                "ask",
                "Gentile {name},\n\nci mandi la data dell'atto e il nome del notaio: troviamo noi la visura.\n\n{operator}",
            ),
            (
                "answer",
                "Gentile {name},\n\nabbiamo tolto il box da febbraio. Il rimborso di 38 euro è scalato dalla rata di "
                "novembre.\n\n{operator}",
            ),
            ("close", "solved", "Box tolto, differenza scalata dalla prossima rata."),
        ),
        back="Atto del 14 febbraio, notaio Bellini. Cordiali saluti.",
        sheet="tari",
    ),
    Story(
        "reclamo",
        "it",
        "Comportamento scortese di un addetto",
        "Vorrei segnalare il comportamento di un addetto che mi ha risposto in modo sgarbato davanti ad altre persone. Non voglio che "
        "il mio nome giri per gli uffici.",
        (
            ("note", "Parlato con il collega e con la responsabile. Da tenere riservato."),
            (
                "answer",
                "Gentile {name},\n\nla ringraziamo di averlo detto. La responsabile ha parlato con la persona. Il suo nome resta tra "
                "chi segue la pratica.\n\n{operator}",
            ),
        ),
        sensitivity="team",
        channels=("email",),
    ),
    Story(
        "servizio",
        "it",
        "Iscrizione alla mensa per {child}",
        "Vorrei iscrivere {child} alla mensa della scuola primaria da gennaio. L'ISEE è in allegato.",
        (
            ("move", "scuola", "Le iscrizioni sono dei Servizi scolastici."),
            (
                "answer",
                "Gentile {name},\n\nl'iscrizione è fatta dal 7 gennaio, tariffa 2,80 euro a pasto.\n\n{operator}",
            ),
            ("close", "solved", "Iscrizione registrata dal 7 gennaio."),
        ),
        sheet="mensa-scolastica",
        attachment=True,
    ),
    Story(
        "servizio",
        "it",
        "Certificato di stato di famiglia",
        "Mi serve lo stato di famiglia per l'università di mia figlia. Posso averlo per posta elettronica?",
        (
            (
                "answer",
                "Gentile {name},\n\nper l'università basta l'autocertificazione: la trova qui sotto già pronta. Se chiedono "
                "comunque il certificato, ce lo scriva.\n\n{operator}",
            ),
            ("close", "information_given", "Basta l'autocertificazione; inviato il modello."),
        ),
        channels=("email", "webform", "counter", "phone"),
    ),
    Story(
        "servizio",
        "en",
        "Parking permit for a visiting carer",
        "My father needs a carer every morning at {street}. Can she get a permit for the resident parking?",
        (
            ("ask", "Dear {name},\n\nplease send us the number plate and the hours she comes.\n\n{operator}"),
            (
                "answer",
                "Dear {name},\n\nthe permit is ready and valid for one year. You can print it from the attachment.\n\n{operator}",
            ),
            ("close", "solved", "Permit issued for one year."),
        ),
        back="It is AB123CD, from 8 to 12. Thanks!",
    ),
    Story(
        "servizio",
        "it",
        "Permesso per il trasloco in {street}",
        "Faccio il trasloco sabato e mi servono due posti auto liberi davanti al civico 7 di {street}. Come si chiede il permesso?",
        (
            (
                "answer",
                "Gentile {name},\n\nil permesso è concesso per sabato dalle 7 alle 13. I cartelli li mettiamo noi 48 ore "
                "prima.\n\n{operator}",
            ),
            ("close", "solved", "Permesso concesso per sabato."),
        ),
    ),
    Story(
        "suggerimento",
        "it",
        "Fasciatoio nella sala d'attesa",
        "Nella sala d'attesa del Comune manca un fasciatoio. Basterebbe uno pieghevole a parete.",
        (("close", "solved", "Buona idea: l'abbiamo ordinato, arriva il mese prossimo."),),
    ),
    Story(
        "suggerimento",
        "it",
        "Avvisi anche in altre lingue",
        "Gli avvisi sulla raccolta rifiuti sono solo in italiano. Nel mio palazzo in {street} metà delle famiglie fa fatica a leggerli.",
        (
            (
                "answer",
                "Gentile {name},\n\nha ragione. Dal prossimo calendario lo stampiamo anche in inglese, romeno e arabo.\n\n{operator}",
            ),
        ),
    ),
    Story(
        "ringraziamento",
        "it",
        "Grazie alla signora dello sportello",
        "Volevo ringraziare la signora Anna che mi ha aiutata con pazienza a fare lo SPID a mio padre di 84 anni.",
        (("close", "solved", "Grazie a lei: l'abbiamo fatto leggere ad Anna."),),
        channels=("email", "counter"),
    ),
    Story(
        "informazione",
        "it",
        "Quando si paga la seconda rata TARI?",
        "Non trovo più l'avviso. Quando scade la seconda rata e come faccio ad avere una copia?",
        (
            (
                "answer",
                "Gentile {name},\n\nla seconda rata scade il 30 novembre. Le alleghiamo la copia dell'avviso.\n\n{operator}",
            ),
            ("close", "information_given", "Inviata la copia dell'avviso."),
        ),
        sheet="tari",
        channels=("email", "phone", "counter"),
    ),
    Story(
        "informazione",
        "it",
        "Raccolta dell'umido in {street}",
        "Da lunedì nessuno ha più ritirato l'umido in {street}. È cambiato il giorno?",
        (
            (
                "answer",
                "Gentile {name},\n\nsì, dal primo del mese passano il mercoledì. Le mandiamo il calendario nuovo.\n\n{operator}",
            ),
            ("close", "information_given", "Inviato il nuovo calendario della raccolta."),
        ),
        channels=("email", "webform", "phone"),
    ),
)

SHOP: tuple[Story, ...] = (
    Story(
        "ordine",
        "it",
        "Ordine {order}: dov'è il pacco?",
        "Ho ordinato una settimana fa ({order}) e il tracciamento è fermo a Bologna da tre giorni. Mi serve per un regalo.",
        (
            (
                "answer",
                "Gentile {name},\n\nil corriere ha trovato il pacco: arriva domani. Se tarda ancora, glielo rispediamo noi.\n\n"
                "{operator}, Lana e Lino",
            ),
            ("close", "solved", "Pacco ritrovato e consegnato."),
        ),
        sheet="spedizioni",
    ),
    Story(
        "ordine",
        "en",
        "Order {order} has not arrived",
        "Hi,\nmy order {order} was due on Monday and the tracking says delivered, but nothing is here. I asked the neighbours too.",
        (
            ("note", "Aperta la ricerca con il corriere."),
            ("promise", "4", "The courier has three days to answer our search."),
            (
                "answer",
                "Dear {name},\n\nthe courier could not find it: we are sending you a new parcel today at no cost.\n\n{operator}",
            ),
            ("close", "solved", "New parcel sent at no cost."),
        ),
        sheet="spedizioni",
        channels=("email",),
    ),
    Story(
        "ordine",
        "it",
        "Cambiare indirizzo dell'ordine {order}",
        "Ho sbagliato indirizzo nell'ordine {order}: il civico giusto è il 18 di {street}. Siete ancora in tempo?",
        (
            ("answer", "Gentile {name},\n\nfatto: il pacco parte oggi con l'indirizzo giusto.\n\n{operator}"),
            ("close", "solved", "Indirizzo corretto prima della partenza."),
        ),
        channels=("email", "webform", "phone"),
    ),
    Story(
        "recesso",
        "it",
        "Recesso ordine {order}",
        "Buongiorno, vorrei esercitare il recesso per {product} dell'ordine {order}, ricevuto cinque giorni fa.",
        (
            (
                "answer",
                "Gentile {name},\n\nabbiamo registrato il recesso oggi. Ha 14 giorni per rispedire; le alleghiamo l'etichetta.\n\n"
                "{operator}, Lana e Lino",
            ),
            ("close", "solved", "Recesso accolto, rimborso entro 14 giorni dal rientro."),
        ),
        sheet="resi",
    ),
    Story(
        "recesso",
        "en",
        "Return {order}, wrong size",
        "Hello, {product} from order {order} is too small. I would like to return it and get my money back.",
        (
            (
                "answer",
                "Dear {name},\n\nwe registered your withdrawal today. Please find the return label attached.\n\n{operator}",
            ),
            ("note", "Reso arrivato in magazzino, integro."),
            ("close", "solved", "Return received and refunded."),
        ),
        sheet="resi",
    ),
    Story(
        "recesso",
        "it",
        "Rimborso non ancora arrivato, ordine {order}",
        "Ho rispedito {product} tre settimane fa e del rimborso non si vede niente. Aspetto una data certa.",
        (
            ("note", "La banca ha respinto il primo bonifico: IBAN cambiato."),
            (
                "ask",
                "Gentile {name},\n\nil primo bonifico è tornato indietro. Ci conferma le ultime quattro cifre dell'IBAN?\n\n{operator}",
            ),
            ("answer", "Gentile {name},\n\nil rimborso è partito oggi, valuta domani.\n\n{operator}"),
            ("close", "solved", "Rimborso inviato di nuovo."),
        ),
        back="Le ultime quattro cifre sono 8812. Grazie",
        sheet="resi",
    ),
    Story(
        "garanzia",
        "it",
        "Cucitura aperta: {product}",
        "{product}, comprato a settembre, si è scucito al primo lavaggio. Allego la foto. Vorrei la riparazione o la sostituzione.",
        (
            (
                "answer",
                "Gentile {name},\n\nè coperto dalla garanzia legale: glielo sostituiamo. Il ritiro è gratuito, mercoledì.\n\n{operator}",
            ),
            ("close", "solved", "Prodotto sostituito in garanzia."),
        ),
        attachment=True,
    ),
    Story(
        "garanzia",
        "en",
        "Colour ran in the first wash",
        "The blue of {product} (order {order}) ran onto everything in a cold wash. This cannot be right.",
        (
            (
                "answer",
                "Dear {name},\n\nyou are right, this batch had a fault. You can choose a replacement or your money back.\n\n{operator}",
            ),
        ),
    ),
    Story(
        "garanzia",
        "it",
        "Bottone mancante, {product}",
        "Mi è arrivato {product} senza un bottone. Si può avere solo il bottone?",
        (("close", "solved", "Spediti due bottoni di ricambio per posta."),),
    ),
    Story(
        "prodotto",
        "it",
        "Che taglia scelgo per {product}?",
        "Di solito porto una 44 ma i vostri modelli sembrano abbondanti. Che taglia mi consigliate per {product}?",
        (
            (
                "answer",
                "Gentile {name},\n\nle consigliamo la 42: il modello veste largo. Se non va, il cambio è gratuito.\n\n{operator}",
            ),
            ("close", "information_given", "Consigliata la taglia 42."),
        ),
        sheet="taglie",
        channels=("email", "webform", "phone"),
    ),
    Story(
        "prodotto",
        "en",
        "Is {product} made in Italy?",
        "Before I order {product}: is the fabric woven in Italy, and do you ship to Ireland?",
        (
            (
                "answer",
                "Dear {name},\n\nyes, it is woven in Biella and sewn in our workshop. Shipping to Ireland takes 5 days, 12 euro.\n\n"
                "{operator}",
            ),
            ("close", "information_given", "Origin and shipping explained."),
        ),
    ),
    Story(
        "prodotto",
        "it",
        "Lavaggio di {product}",
        "Si può lavare in lavatrice {product}? L'etichetta è illeggibile.",
        (("close", "information_given", "A mano, acqua fredda, senza strizzare."),),
    ),
)

STREETS = (
    "via Garibaldi",
    "via dei Mille",
    "viale della Libertà",
    "vicolo del Forno",
    "via San Rocco",
    "piazza del Mercato",
    "via Leopardi",
    "strada della Fonte",
    "via Marconi",
    "largo dei Tigli",
)
CHILDREN = ("Sofia", "Matteo", "Aurora", "Leonardo", "Yasmin", "Andrei", "Giulia", "Tommaso")
PRODUCTS = (
    "il maglione Alpe",
    "la camicia Lino Riva",
    "il plaid Marmora",
    "la sciarpa Bruma",
    "the Alpe jumper",
    "the Riva shirt",
)

#: Name and the languages they write in. Some names are long on purpose: screens must bear them.
CUSTOMERS: tuple[tuple[str, str], ...] = (
    ("Maria Popescu", "it"),
    ("Giovanni Rossi", "it"),
    ("Lucia Bianchi", "it"),
    ("Ahmed Benali", "it"),
    ("Chiara Esposito", "it"),
    ("Paolo De Santis", "it"),
    ("Elif Yılmaz", "it"),
    ("Roberta Gallo", "it"),
    ("Marco Fontana", "it"),
    ("Olena Kovalenko", "it"),
    ("Stefano Marchetti", "it"),
    ("Federica D'Angelo", "it"),
    ("Luca Moretti", "it"),
    ("Wei Zhang", "it"),
    ("Teresa Caruso", "it"),
    ("Maria Antonietta Della Valle Castiglioni di Montefiorito", "it"),
    ("Giuseppe Ricci", "it"),
    ("Fatou Diop", "it"),
    ("Alessandra Colombo", "it"),
    ("Davide Barbieri", "it"),
    ("Rosa Santoro", "it"),
    ("Enrico Galli", "it"),
    ("Condominio Le Betulle", "it"),
    ("Associazione Genitori Scuola Primaria", "it"),
    ("Sara Lombardi", "it"),
    ("John Baker", "en"),
    ("Emily Carter", "en"),
    ("Priya Nair", "en"),
    ("Liam O'Connor", "en"),
    ("Hannah Müller", "en"),
    ("Marta Kowalska", "en"),
    ("Nkechi Okafor", "en"),
)
