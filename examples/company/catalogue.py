"""What the company sells, shows and where: products, plans, courses, series, guides, shops, couriers and queues."""

from typing import NamedTuple

CURRENCY = "EUR"


class Product(NamedTuple):
    """`topic` is the taste that draws people to it; `weight` how often it is chosen."""

    product_id: str
    name: str
    category: str
    price: float
    topic: str
    weight: float


TOPICS = ("origins", "recipes", "latte_art", "machine_care", "growers")
"""What people like to watch and read about; each person has one favourite."""

PRODUCTS = (
    Product("cap-classico-50", "Capsule Classico, 50 pezzi", "capsules", 17.90, "recipes", 9),
    Product("cap-intenso-50", "Capsule Intenso, 50 pezzi", "capsules", 18.50, "recipes", 8),
    Product("cap-decaf-50", "Capsule Decaffeinato, 50 pezzi", "capsules", 18.90, "recipes", 4),
    Product("cap-lungo-50", "Capsule Lungo, 50 pezzi", "capsules", 17.90, "origins", 4),
    Product("chicchi-etiopia-500", "Chicchi Etiopia Sidamo, 500 g", "beans", 14.90, "origins", 5),
    Product("chicchi-brasile-1000", "Chicchi Brasile Santos, 1 kg", "beans", 21.50, "origins", 6),
    Product("chicchi-guatemala-500", "Chicchi Guatemala Huehue, 500 g", "beans", 15.90, "growers", 3),
    Product("chicchi-india-1000", "Chicchi India Malabar, 1 kg", "beans", 22.90, "growers", 3),
    Product("macinato-moka-250", "Macinato moka, 250 g", "ground", 5.90, "recipes", 9),
    Product("macinato-filtro-250", "Macinato filtro, 250 g", "ground", 6.50, "origins", 3),
    Product("moka-3", "Moka tre tazze", "tools", 24.90, "recipes", 2),
    Product("bricco-latte", "Bricco per latte, 350 ml", "tools", 19.90, "latte_art", 2),
    Product("montalatte", "Montalatte elettrico", "tools", 44.90, "latte_art", 1.4),
    Product("macinacaffe", "Macinacaffè a mano", "tools", 59.90, "origins", 1),
    Product("decalcificante", "Decalcificante, 2 bustine", "care", 8.90, "machine_care", 3),
    Product("kit-pulizia", "Kit di pulizia macchina", "care", 16.90, "machine_care", 2),
    Product("tazzine-6", "Sei tazzine", "tools", 29.90, "latte_art", 1),
    Product("regalo-degustazione", "Cofanetto degustazione", "gifts", 34.90, "growers", 2),
)
OFFICE_PRODUCTS = (
    Product("chicchi-bar-6x1000", "Chicchi Miscela Bar, 6 x 1 kg", "beans", 96.00, "origins", 5),
    Product("chicchi-bar-3x1000", "Chicchi Miscela Bar, 3 x 1 kg", "beans", 51.00, "origins", 4),
    Product("cap-ufficio-400", "Capsule Ufficio, 400 pezzi", "capsules", 118.00, "recipes", 6),
    Product("bicchieri-1000", "Bicchieri compostabili, 1000 pezzi", "tools", 39.00, "recipes", 3),
    Product("decalcificante-pro", "Decalcificante professionale, 5 l", "care", 28.00, "machine_care", 1),
)


class Plan(NamedTuple):
    """A monthly contract; the name stands in the events."""

    name: str
    price: float


RENTAL = Plan("rental", 15.0)
CAPSULES = Plan("capsules", 25.0)
BUNDLE = Plan("rental+capsules", 25.0)
"""The machine came free with the capsules; the split made the two 15 + 25 = 40 euro, 60 % more."""
SPLIT_PRICE = 40.0


class Series(NamedTuple):
    """A series of films or stories; its episodes are `content_id` = series id, dash, number."""

    series: str
    kind: str
    topic: str
    minutes: int


EPISODES = 6
SERIES = (
    Series("mappa-delle-origini", "video", "origins", 9),
    Series("diario-di-piantagione", "story", "origins", 5),
    Series("cucina-al-caffe", "video", "recipes", 7),
    Series("moka-perfetta", "course", "recipes", 12),
    Series("latte-art-da-zero", "course", "latte_art", 14),
    Series("cuori-e-tulipani", "video", "latte_art", 6),
    Series("macchina-come-nuova", "course", "machine_care", 8),
    Series("il-viaggio-del-chicco", "story", "growers", 8),
    Series("le-mani-dei-coltivatori", "video", "growers", 10),
)
DROPPED = "il-viaggio-del-chicco"
DROPPED_EPISODE = 3

GUIDES = ("brewing", "machine-care", "origins-map")
COMPARISON = "comparison"
COURSES = ("Latte art, primo livello", "Espresso a casa", "Assaggio guidato", "Il caffè in ufficio")


class Shop(NamedTuple):
    store_id: str
    city: str
    region: str


class Region(NamedTuple):
    """`weight` is its share of the customers in hundredths."""

    name: str
    cities: tuple[str, ...]
    weight: float
    courier: str


_LAMPO, _VELO, _TUTTA = "Corriere Lampo", "VeloPacco", "TuttaItalia Espressi"
REGIONS = (
    Region("Piemonte", ("Torino", "Cuneo", "Asti"), 12, _VELO),
    Region("Lombardia", ("Milano", "Bergamo", "Brescia"), 18, _VELO),
    Region("Veneto", ("Verona", "Padova", "Vicenza"), 9, _VELO),
    Region("Friuli-Venezia Giulia", ("Trieste", "Udine"), 5, _TUTTA),
    Region("Liguria", ("Genova", "Savona"), 5, _VELO),
    Region("Emilia-Romagna", ("Bologna", "Parma", "Modena"), 10, _TUTTA),
    Region("Toscana", ("Firenze", "Pisa", "Siena"), 8, _TUTTA),
    Region("Lazio", ("Roma", "Viterbo"), 12, _TUTTA),
    Region("Campania", ("Napoli", "Salerno"), 7, _LAMPO),
    Region("Puglia", ("Bari", "Lecce", "Taranto"), 8, _LAMPO),
    Region("Sicilia", ("Palermo", "Catania"), 4, _LAMPO),
    Region("Sardegna", ("Cagliari", "Sassari"), 2, _LAMPO),
)
SHOPS = (
    Shop("s01", "Torino", "Piemonte"),
    Shop("s02", "Milano", "Lombardia"),
    Shop("s03", "Bergamo", "Lombardia"),
    Shop("s04", "Verona", "Veneto"),
    Shop("s05", "Trieste", "Friuli-Venezia Giulia"),
    Shop("s06", "Genova", "Liguria"),
    Shop("s07", "Bologna", "Emilia-Romagna"),
    Shop("s08", "Firenze", "Toscana"),
    Shop("s09", "Roma", "Lazio"),
    Shop("s10", "Napoli", "Campania"),
    Shop("s11", "Bari", "Puglia"),
    Shop("s12", "Palermo", "Sicilia"),
)


class Queue(NamedTuple):
    """A line of the call centre. `wait_s` is the mean wait on an ordinary hour, `talk_s` the mean talk."""

    name: str
    wait_s: float
    talk_s: float
    solved: float


SUPPORT = Queue("support", 55, 260, 0.78)
SUBSCRIPTIONS = Queue("subscriptions", 80, 300, 0.82)
MACHINES = Queue("machines", 120, 420, 0.66)
SALES = Queue("sales", 22, 340, 0.90)
QUEUES = (SUPPORT, SUBSCRIPTIONS, MACHINES, SALES)

FAULTS = (("E01", 0.34), ("E03", 0.28), ("E07", 0.2), ("E12", 0.12), ("E20", 0.06))
"""Codes a machine reports, with their share: water, scale, pump, heating, dead."""
