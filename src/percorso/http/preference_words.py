"""The words of a person's own page, Italian and English."""

from collections.abc import Mapping

from percorso.http.page_words import written
from percorso.model.touchpoint import Text

LANGUAGE_NAMES: Mapping[str, str] = {"it": "Italiano", "en": "English"}

WORDS: Mapping[str, Text] = {
    "title": {"it": "Le mie preferenze", "en": "My preferences"},
    "lead": {
        "it": "Qui si decide come {company} può farsi sentire. Ogni scelta vale da subito e si può cambiare quando si vuole.",
        "en": "Decide here how {company} may get in touch. Each choice holds at once and can be changed at any time.",
    },
    "hello": {"it": "Ciao {name}!", "en": "Hello {name}!"},
    "languages": {"it": "Lingua della pagina", "en": "Language of the page"},
    "saved": {"it": "Salvato. Ecco le scelte in vigore.", "en": "Saved. These choices are in force."},
    "saved_later": {
        "it": "Salvato. Tra poco le nuove scelte si vedranno anche qui.",
        "en": "Saved. The new choices will show here in a moment.",
    },
    "nothing": {"it": "Non è cambiato niente.", "en": "Nothing changed."},
    "about_what": {"it": "Di che cosa, e dove", "en": "About what, and where"},
    "service": {
        "it": "I messaggi di servizio, come quelli su un ordine, arrivano sempre.",
        "en": "Service messages, such as those about an order, always reach you.",
    },
    "allow_whole": {"it": "Va bene", "en": "That is fine"},
    "since": {"it": "Scelta del {day}.", "en": "Chosen on {day}."},
    "often_title": {"it": "Quanto spesso", "en": "How often"},
    "often": {"it": "Al massimo", "en": "At most"},
    "often_any": {"it": "Quando c'è qualcosa da dire", "en": "Whenever there is something to say"},
    "often_week": {"it": "{count} alla settimana", "en": "{count} a week"},
    "often_month": {"it": "{count} al mese", "en": "{count} a month"},
    "hours_title": {"it": "A che ora", "en": "At what time"},
    "hours_about": {
        "it": "Senza un orario scriviamo di giorno. Riguarda ogni messaggio.",
        "en": "Without a time we write by day. This holds for every message.",
    },
    "hours_any": {"it": "Qualsiasi ora", "en": "Any time"},
    "from": {"it": "Dalle", "en": "From"},
    "until": {"it": "Alle", "en": "Until"},
    "pause_title": {"it": "Una pausa", "en": "A pause"},
    "pause": {"it": "Niente per", "en": "Nothing for"},
    "pause_about": {
        "it": "I messaggi di servizio arrivano ancora.",
        "en": "Service messages still reach you.",
    },
    "pause_none": {"it": "Nessuna pausa", "en": "No pause"},
    "pause_now": {"it": "Fino al {day}", "en": "Until {day}"},
    "pause_7": {"it": "Una settimana, fino al {day}", "en": "A week, until {day}"},
    "pause_14": {"it": "Due settimane, fino al {day}", "en": "Two weeks, until {day}"},
    "pause_30": {"it": "Un mese, fino al {day}", "en": "A month, until {day}"},
    "pause_91": {"it": "Tre mesi, fino al {day}", "en": "Three months, until {day}"},
    "pause_182": {"it": "Sei mesi, fino al {day}", "en": "Six months, until {day}"},
    "pause_365": {"it": "Un anno, fino al {day}", "en": "A year, until {day}"},
    "language_title": {"it": "In che lingua", "en": "In which language"},
    "language": {"it": "Lingua dei messaggi", "en": "Language of messages"},
    "language_any": {"it": "Come finora", "en": "As until now"},
    "save": {"it": "Salva le scelte", "en": "Save my choices"},
    "stop_title": {"it": "Basta così?", "en": "Had enough?"},
    "stop_about": {
        "it": "Un solo gesto toglie il permesso per tutto, su ogni canale. I messaggi di servizio arrivano ancora.",
        "en": "One step takes back permission for everything, on every channel. Service messages still reach you.",
    },
    "stop": {"it": "Non voglio più niente", "en": "I want nothing more"},
    "data_title": {"it": "I miei dati", "en": "My data"},
    "data_show": {"it": "Che cosa sappiamo", "en": "What we know"},
    "data_download": {"it": "Scarica i miei dati (JSON)", "en": "Download my data (JSON)"},
    "known_as": {"it": "Identificativi", "en": "Identifiers"},
    "traits": {"it": "Che cosa ci è stato detto", "en": "What we were told"},
    "counted": {"it": "Che cosa è successo", "en": "What happened"},
    "first_seen": {
        "it": "Dal {day}: {events} fatti registrati, {orders} ordini.",
        "en": "Since {day}: {events} things recorded, {orders} orders.",
    },
    "choices": {"it": "Scelte fatte finora", "en": "Choices made so far"},
    "choice": {"it": "{day}: {purpose}{channel}, {state}", "en": "{day}: {purpose}{channel}, {state}"},
    "none": {"it": "Niente.", "en": "Nothing."},
    "granted": {"it": "permesso", "en": "allowed"},
    "denied": {"it": "non permesso", "en": "not allowed"},
    "withdrawn": {"it": "permesso tolto", "en": "permission taken back"},
    "all": {"it": "tutto", "en": "everything"},
    "erase_title": {"it": "Cancellare i miei dati", "en": "Erasing my data"},
    "erase_about": {
        "it": "Si può chiedere di cancellare tutto ciò che sappiamo. Ciò che la legge ci obbliga a tenere, come le fatture, resta.",
        "en": "You may ask us to erase all we know. What the law makes us keep, such as invoices, stays.",
    },
    "erase": {"it": "Chiedi di cancellare i miei dati", "en": "Ask for my data to be erased"},
    "erase_sure": {"it": "Cancellare davvero tutto?", "en": "Really erase everything?"},
    "erase_sure_about": {
        "it": "La richiesta sarà registrata e risponderemo entro un mese. Poi non si può tornare indietro: storia, punti e "
        "preferenze si perdono, e questa pagina non si apre più.",
        "en": "Your request will be recorded and we answer within a month. Then there is no way back: history, points and "
        "preferences are lost, and this page will no longer open.",
    },
    "erase_yes": {"it": "Sì, chiedo di cancellare", "en": "Yes, I ask for erasure"},
    "back": {"it": "Torna alle preferenze", "en": "Back to my preferences"},
    "erase_asked": {"it": "Richiesta registrata", "en": "Request recorded"},
    "erase_asked_about": {
        "it": "Abbiamo registrato la richiesta di cancellare i dati. Risponderemo entro un mese.",
        "en": "We recorded the request to erase your data. We answer within a month.",
    },
}

_EMAIL: Text = {"it": "Email", "en": "Email"}
_PHONE: Text = {"it": "Telefono", "en": "Phone"}
_COMPANY: Text = {"it": "Azienda", "en": "Company"}
_CUSTOMER: Text = {"it": "Codice cliente", "en": "Customer number"}
_MACHINE: Text = {"it": "Macchina", "en": "Machine"}

CHANNELS: Mapping[str, Text] = {
    "email": _EMAIL,
    "sms": {"it": "SMS", "en": "Text message"},
    "post": {"it": "Posta", "en": "Post"},
    "call": _PHONE,
    "chat": {"it": "Chat", "en": "Chat"},
    "app": {"it": "App", "en": "App"},
    "web": {"it": "Sito", "en": "Website"},
    "ads": {"it": "Annunci", "en": "Adverts"},
    "social": {"it": "Social", "en": "Social media"},
    "store": {"it": "Negozio", "en": "Shop"},
}

KINDS: Mapping[str, Text] = {
    "user_id": _CUSTOMER,
    "crm_id": _CUSTOMER,
    "loyalty_id": {"it": "Programma fedeltà", "en": "Loyalty programme"},
    "email": _EMAIL,
    "phone": _PHONE,
    "card": {"it": "Carta", "en": "Card"},
    "anonymous_id": {"it": "Dispositivo", "en": "Device"},
    "machine": _MACHINE,
    "machine_id": _MACHINE,
    "company_id": _COMPANY,
    "vat_id": {"it": "Partita IVA", "en": "VAT number"},
    "tax_code": {"it": "Codice fiscale", "en": "Tax code"},
    "till_id": {"it": "Cassa", "en": "Till"},
    "subscription_id": {"it": "Abbonamento", "en": "Subscription"},
}
OTHER_KIND: Text = {"it": "Altro identificativo", "en": "Other identifier"}
"""A kind of the company's own; its name is for machines."""

_TRAITS: Mapping[str, Text] = {
    "name": {"it": "Nome", "en": "Name"},
    "firstname": {"it": "Nome", "en": "First name"},
    "lastname": {"it": "Cognome", "en": "Last name"},
    "email": _EMAIL,
    "phone": _PHONE,
    "birthday": {"it": "Compleanno", "en": "Birthday"},
    "city": {"it": "Città", "en": "City"},
    "region": {"it": "Regione", "en": "Region"},
    "country": {"it": "Paese", "en": "Country"},
    "company": _COMPANY,
    "language": {"it": "Lingua", "en": "Language"},
    "timezone": {"it": "Fuso orario", "en": "Time zone"},
    "contactperweek": {"it": "Messaggi alla settimana", "en": "Messages a week"},
    "contactpermonth": {"it": "Messaggi al mese", "en": "Messages a month"},
    "contactfrom": {"it": "Scrivere dalle", "en": "Write from"},
    "contactuntil": {"it": "Scrivere fino alle", "en": "Write until"},
    "contactpauseuntil": {"it": "In pausa fino al", "en": "Paused until"},
}
"""Those that many companies have, as `named_trait` reads their names; others go by the name they were sent under."""


def say(word: str, language: str) -> str:
    """One of the page's texts, not yet HTML."""
    return written(WORDS[word], language)


def named(names: Mapping[str, Text], id_: str, language: str) -> str:
    """A thing by its name, else by its id."""
    return written(names[id_], language) if id_ in names else id_


def named_kind(kind: str, language: str) -> str:
    """A kind of identifier in words, whatever the company calls it."""
    return written(KINDS.get(kind, OTHER_KIND), language)


def named_trait(name: str, language: str) -> str:
    """A trait in words, however its name is spelled: ``firstName``, ``first_name``."""
    spelled = name.replace("_", "").replace("-", "").lower()
    return written(_TRAITS[spelled], language) if spelled in _TRAITS else name
