"""Names for people who do not exist: ordinary first names, surnames made of coffee words that nobody bears."""

from random import Random

_FIRST = {
    "it": (
        [
            "Adele",
            "Agnese",
            "Alba",
            "Alice",
            "Amelia",
            "Anna",
            "Beatrice",
            "Bianca",
            "Camilla",
            "Carla",
            "Chiara",
            "Clara",
            "Diana",
            "Elena",
            "Elisa",
            "Emma",
            "Flavia",
            "Franca",
            "Gaia",
            "Gemma",
            "Giada",
            "Ginevra",
            "Giulia",
            "Greta",
            "Ilaria",
            "Irene",
            "Laura",
            "Lidia",
            "Lucia",
            "Marta",
            "Miriam",
            "Nadia",
            "Olga",
            "Paola",
            "Rita",
            "Rosa",
            "Sara",
            "Silvia",
            "Teresa",
            "Viola",
        ],
        [
            "Achille",
            "Aldo",
            "Andrea",
            "Bruno",
            "Carlo",
            "Cesare",
            "Dario",
            "Davide",
            "Diego",
            "Edoardo",
            "Elio",
            "Enrico",
            "Fabio",
            "Filippo",
            "Franco",
            "Giacomo",
            "Gino",
            "Giorgio",
            "Ivan",
            "Leonardo",
            "Lorenzo",
            "Luca",
            "Marco",
            "Mario",
            "Matteo",
            "Michele",
            "Nicola",
            "Orlando",
            "Paolo",
            "Pietro",
            "Remo",
            "Renzo",
            "Sandro",
            "Sergio",
            "Simone",
            "Tito",
            "Tullio",
            "Ugo",
            "Vito",
            "Walter",
        ],
    ),
    "en": (
        ["Abigail", "Chloe", "Daisy", "Ella", "Freya", "Grace", "Hannah", "Isla", "Lily", "Molly", "Nora", "Ruby"],
        ["Alfie", "Callum", "Dylan", "Ethan", "Finn", "George", "Harry", "Jack", "Liam", "Noah", "Oscar", "Theo"],
    ),
}
_HEADS = [
    "Aroma",
    "Caffe",
    "Chicco",
    "Crema",
    "Cuccuma",
    "Cucchiai",
    "Filtro",
    "Macina",
    "Mocca",
    "Piatti",
    "Schiuma",
    "Tazza",
    "Tosta",
    "Vapor",
    "Zucchero",
]
_TAILS = [
    "alta",
    "bella",
    "brava",
    "bruna",
    "buona",
    "calda",
    "chiara",
    "cheta",
    "dolce",
    "doro",
    "fina",
    "forte",
    "franca",
    "lenta",
    "lieve",
    "lunga",
    "nera",
    "piena",
    "scura",
    "serena",
    "tonda",
    "viva",
]


def first_name(language: str, rng: Random) -> str:
    """A first name of the language."""
    return rng.choice(rng.choice(_FIRST[language]))


def surname(rng: Random) -> str:
    """A surname that is clearly of this story."""
    return rng.choice(_HEADS) + rng.choice(_TAILS)


def slug(text: str) -> str:
    """A name as part of an address.

    >>> slug("Bar Crema doro")
    'bar-crema-doro'
    """
    return "-".join(text.lower().replace("è", "e").split())


def phone(number: int) -> str:
    """A phone number that cannot exist: no Italian area code begins with 00."""
    return f"+39000{number:07d}"


def card(number: int) -> str:
    """A loyalty card: thirteen digits of the range shops keep for themselves, with its check digit (EAN-13).

    >>> card(1)
    '2900000000018'
    """
    digits = f"29{number:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
