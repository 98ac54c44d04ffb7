"""Given names and surnames: told apart when they come as one, and the many short forms of a given name."""

from percorso.data.matching.values import as_text, words

_SHORT_FORMS = """
alessandro: sandro alex ale alessio alexander
alexandra: alessandra sandra sasha
andrew: andy drew
anna: annie ann anne annina
antonio: tonio toni tony antonino nino anthony
benjamin: ben benji
caterina: katia rina catherine katherine kate kathy katie cathy
charles: charlie chuck carlo
christopher: chris topher cristoforo
daniel: dan danny daniele
david: dave davy davide
domenico: mimmo nico
edward: ed eddie ted ned edoardo edo
elisabetta: betta lisa elizabeth liz lizzie beth betty eliza libby
eleonora: nora eleanor ellie
emanuele: manuel manuele lele
federico: fede fred frederick freddie
filippo: pippo phil philip phillip
francesca: franca cesca frances fran
francesco: franco checco frank francis ciccio
gabriele: gabri gabriel gabe
giacomo: jack jacopo james jim jimmy jamie
giorgio: george
giovanna: gianna vanna joanna joan
giovanni: gianni nanni vanni john johnny jack
giuseppe: beppe peppe pino peppino joseph joe joey
giuseppina: pina giusy giusi josephine
gregory: greg gregorio
isabella: isa bella izzy
jennifer: jen jenny
jonathan: jon jonny
lawrence: larry lorenzo enzo renzo
leonardo: leo leonard lenny
lodovico: ludovico vico louis luigi gigi lou
margherita: rita margaret maggie meg peggy greta
maria: mary marie mariella
matteo: teo matthew matt
michele: mike michael mick mickey
nicola: nicolo niccolo nico nick nicholas
patrick: pat paddy patrizio
patrizia: patricia patty tricia trish
paolo: paul paolino
pietro: piero peter pete
raffaele: lello raphael
riccardo: ricky richard rick dick richie
robert: rob bob bobby robbie roberto berto
rosa: rose rosie rosina rosetta
salvatore: totò toto turi sal
samuel: sam sammy samuele
stefano: steve stephen steven
susan: sue susie susanna
teresa: theresa terry resi tess
thomas: tom tommy tommaso
timothy: tim
valentina: vale tina
vincenzo: enzo vince vincent cenzo
william: will bill billy liam guglielmo
"""


def _by_form() -> dict[str, str]:
    """Every form -> the first name that has it; a form of several names (Nico) stays with the first."""
    found: dict[str, str] = {}
    for line in _SHORT_FORMS.strip().splitlines():
        full, _, forms = line.partition(":")
        for form in (full, *forms.split()):
            spelt = words(form)
            if spelt is not None:
                found.setdefault(spelt, full)
    return found


_FULL = _by_form()


def full_form(given: str) -> str:
    """The name that a given name is a form of, by its first word; itself when it is none we know.

    >>> full_form("bob"), full_form("beppe"), full_form("ada maria")
    ('robert', 'giuseppe', 'ada')
    """
    first = given.split(" ", 1)[0]
    return _FULL.get(first, first)


def given_and_surname(name: object) -> tuple[str | None, str | None]:
    """A whole name as given name and surname: the last word is the surname, or what stands before a comma.

    >>> given_and_surname("Ada Bianchi"), given_and_surname("Bianchi, Ada Maria"), given_and_surname("Ada")
    (('ada', 'bianchi'), ('ada maria', 'bianchi'), ('ada', None))
    """
    text = as_text(name)
    if text is None:
        return None, None
    before, comma, after = text.partition(",")
    if comma and words(after):
        return words(after), words(before)
    whole = words(text)
    if whole is None:
        return None, None
    given, space, surname = whole.rpartition(" ")
    return (given, surname) if space else (whole, None)
