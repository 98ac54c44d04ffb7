"""What people write, in Italian and English: a beginning, a middle about the matter, an end, each by how they feel."""

from random import Random
from typing import Literal

Feeling = Literal["glad", "so_so", "cross"]

_OPENINGS: dict[str, dict[Feeling, tuple[str, ...]]] = {
    "it": {
        "glad": (
            "Tutto perfetto.",
            "Molto contenta.",
            "Bravissimi!",
            "Esperienza ottima.",
            "Sono cliente da anni e si vede la cura.",
            "",
        ),
        "so_so": ("Bene ma non benissimo.", "Nella media.", "Si può migliorare.", "Niente di speciale.", ""),
        "cross": (
            "Sono delusa.",
            "Così non va.",
            "Non ci siamo proprio.",
            "Inaccettabile.",
            "Peccato, mi trovavo bene.",
            "",
        ),
    },
    "en": {
        "glad": ("All perfect.", "Very happy.", "Well done!", "Great experience.", ""),
        "so_so": ("Good but not great.", "Average.", "Could be better.", ""),
        "cross": ("Disappointed.", "Not good enough.", "This is unacceptable.", "A pity, I used to be happy.", ""),
    },
}
_MATTERS: dict[str, dict[str, dict[Feeling, tuple[str, ...]]]] = {
    "it": {
        "delivery": {
            "glad": (
                "Il pacco è arrivato prima del previsto.",
                "Corriere gentile e consegna puntuale.",
                "Imballo curato, arrivato in due giorni.",
            ),
            "so_so": (
                "Consegna nei tempi ma scatola un po' ammaccata.",
                "Il corriere ha lasciato il pacco dal vicino.",
            ),
            "cross": (
                "Il pacco è arrivato con giorni di ritardo e nessuno mi ha avvisato.",
                "Dovevo riceverlo lunedì, è arrivato il lunedì dopo.",
                "Il corriere non è mai passato, il tracciamento era fermo.",
            ),
        },
        "call": {
            "glad": (
                "Hanno risposto subito e risolto.",
                "Operatrice gentile e competente.",
                "Non ho dovuto rispiegare tutto da capo.",
            ),
            "so_so": ("Risolto, ma dopo una lunga attesa.", "Gentili, però ho dovuto richiamare."),
            "cross": (
                "Venti minuti di musica e poi è caduta la linea.",
                "Ho spiegato il problema tre volte a tre persone diverse.",
                "Nessuno ha saputo darmi una risposta.",
            ),
        },
        "store": {
            "glad": (
                "In negozio mi hanno fatto assaggiare la nuova miscela.",
                "Personale preparato e sorridente.",
                "Profumo meraviglioso, torno sempre volentieri.",
            ),
            "so_so": ("Bel negozio ma troppa coda alla cassa.", "Mancava la mia miscela preferita."),
            "cross": (
                "Mezz'ora di coda con una sola cassa aperta.",
                "La tessera punti non funzionava e nessuno sapeva perché.",
            ),
        },
        "web": {
            "glad": (
                "Sito chiaro, ordine fatto in due minuti.",
                "Facile ritrovare gli ordini di prima.",
                "Pagamento semplice anche dal telefono.",
            ),
            "so_so": ("Il sito è bello ma si fatica a trovare le capsule giuste.", "Troppi passaggi per pagare."),
            "cross": (
                "Dal telefono il pagamento non andava mai a buon fine.",
                "La pagina del pagamento si blocca e il carrello si svuota.",
            ),
        },
        "price": {
            "glad": ("Prezzo giusto per la qualità.", "Grazie per essere tornati sui vostri passi."),
            "so_so": ("Un po' caro ma il caffè è buono.",),
            "cross": (
                "Dall'oggi al domani pago il 60 % in più per le stesse cose.",
                "Macchina e capsule insieme costavano 25 euro, adesso 40: disdico.",
                "Aumentare così, senza avvisare, è una presa in giro.",
            ),
        },
        "machine": {
            "glad": ("Tecnico puntuale, macchina riparata in giornata.", "Macchina silenziosa e caffè cremoso."),
            "so_so": ("Riparata, ma ho aspettato quattro giorni senza caffè.",),
            "cross": ("È il secondo guasto in un mese.", "La macchina perde acqua e nessuno viene a ripararla."),
        },
        "course": {
            "glad": (
                "Docente bravissimo, ora il cappuccino mi viene bene.",
                "Corso pratico e divertente.",
                "Ho imparato più in due ore che in due anni.",
            ),
            "so_so": ("Interessante ma eravamo in troppi.",),
            "cross": ("Corso troppo breve per il prezzo.",),
        },
        "chat": {
            "glad": ("Risposta in chat in pochi secondi.", "Mi hanno aiutata a scegliere il macinato."),
            "so_so": ("Risposte un po' da robot.",),
            "cross": ("La chat non capiva la domanda e mi ha chiuso la conversazione.",),
        },
        "brand": {
            "glad": (
                "Il caffè migliore che abbia provato a casa.",
                "Lo consiglio a tutti i colleghi.",
                "Mi piace sapere da dove viene il caffè.",
            ),
            "so_so": ("Buono il caffè, meno l'assistenza.", "Capsule buone, vorrei più scelta."),
            "cross": (
                "Qualità in calo rispetto a un anno fa.",
                "Troppi problemi per un caffè.",
                "Sto guardando altrove.",
            ),
        },
    },
    "en": {
        "delivery": {
            "glad": ("The parcel came early.", "Friendly courier, right on time."),
            "so_so": ("On time but the box was dented.",),
            "cross": ("The parcel came days late and nobody told me.", "Tracking did not move for a week."),
        },
        "call": {
            "glad": ("They answered at once and sorted it out.", "I did not have to explain everything again."),
            "so_so": ("Solved, after a long wait.",),
            "cross": (
                "Twenty minutes on hold, then the line dropped.",
                "I explained the problem three times to three people.",
            ),
        },
        "store": {
            "glad": ("They let me taste the new blend.", "Lovely shop and people who know coffee."),
            "so_so": ("Nice shop, long queue.",),
            "cross": ("Half an hour in the queue with one till open.",),
        },
        "web": {
            "glad": ("Clear site, ordered in two minutes.",),
            "so_so": ("Nice site but the right pods are hard to find.",),
            "cross": ("Payment kept failing on my phone.", "The payment page froze and my basket was gone."),
        },
        "price": {
            "glad": ("Fair price for the quality.", "Thank you for taking the increase back."),
            "so_so": ("A little expensive but good coffee.",),
            "cross": (
                "Overnight I pay 60 % more for the same things.",
                "Machine and pods were 25 euro, now 40: I am leaving.",
            ),
        },
        "machine": {
            "glad": ("The technician was on time, fixed the same day.",),
            "so_so": ("Fixed, after four days without coffee.",),
            "cross": ("Second breakdown in a month.", "The machine leaks and nobody comes."),
        },
        "course": {
            "glad": ("Brilliant teacher, my cappuccino is good now.",),
            "so_so": ("Interesting but too many of us.",),
            "cross": ("Too short for the price.",),
        },
        "chat": {
            "glad": ("Answer in the chat within seconds.",),
            "so_so": ("The answers felt like a robot.",),
            "cross": ("The chat did not understand and closed on me.",),
        },
        "brand": {
            "glad": ("The best coffee I have had at home.", "I tell all my colleagues."),
            "so_so": ("Good coffee, service less so.",),
            "cross": ("Quality is not what it was a year ago.", "I am looking elsewhere."),
        },
    },
}
_ENDINGS: dict[str, dict[Feeling, tuple[str, ...]]] = {
    "it": {
        "glad": ("Grazie!", "Continuate così.", "Consigliatissimo.", "", "", ""),
        "so_so": ("Spero miglioriate.", "", ""),
        "cross": ("Aspetto una risposta.", "Se continua così cambio.", "Vorrei essere richiamata.", "", ""),
    },
    "en": {
        "glad": ("Thank you!", "Keep it up.", "", ""),
        "so_so": ("I hope it gets better.", "", ""),
        "cross": ("Please call me.", "I will go elsewhere.", "", ""),
    },
}


def comment(matter: str, feeling: Feeling, language: str, rng: Random) -> str:
    """One comment about a matter: delivery, call, store, web, price, machine, course, chat or brand."""
    parts = (
        rng.choice(_OPENINGS[language][feeling]),
        rng.choice(_MATTERS[language][matter][feeling]),
        rng.choice(_ENDINGS[language][feeling]),
    )
    return " ".join(part for part in parts if part)
