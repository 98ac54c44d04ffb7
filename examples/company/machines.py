"""Machines on rental: installed, reporting their faults by themselves, repaired soon or late."""

from . import touchpoints as at_
from .calls import call
from .cast import Person
from .catalogue import FAULTS, MACHINES
from .letters import letter
from .rhythm import DAY, HOUR, MACHINE, MINUTE
from .surveys import ces, complain, soon
from .world import Who, Wire, World, by_machine, by_user, external

FAULT_DAYS = 420.0
"""Mean days between two faults of a machine."""
SLOW = 0.25
"""Share of repairs that take four days and more."""


def install(world: World, at: int, person: Person) -> None:
    """Bring the machine; from now on it speaks for itself."""
    both = Who({"userId": person.user_id}, {"externalIds": external("machine", person.machine_id)})
    brought: Wire = {"machine_id": person.machine_id, "region": person.region.name}
    world.tell(at, "machines", "Machine Installed", both, at_.INSTALLATION, brought)
    world.do(at + 30 * DAY, report, person)
    run(world, at, person)


def run(world: World, at: int, person: Person) -> None:
    """Run until the next fault."""
    world.do(world.rhythm.after(MACHINE, at, FAULT_DAYS, world.rng), fault, person)


def fault(world: World, at: int, person: Person) -> None:
    """Report a fault; most people call, a technician comes."""
    if person.plan is None:
        world.do(at + 90 * DAY, run, person)
        return
    code = world.rng.choices([code for code, _ in FAULTS], [share for _, share in FAULTS])[0]
    world.tell(
        at,
        "machines",
        "Machine Fault",
        by_machine(person),
        at_.MACHINE,
        {"machine_id": person.machine_id, "code": code},
    )
    if world.chance(0.25):
        help_page(world, at + 20 * MINUTE, person)
    if world.chance(0.72):
        world.do(soon(world, at, 5), call, person, MACHINES, "machine_fault")
    slow = world.chance(SLOW)
    days = world.rng.uniform(4, 8) if slow else world.rng.uniform(0.5, 3)
    repaired = soon(world, at + int(days * DAY), 2)
    world.do(repaired, repair, person, slow)


def repair(world: World, at: int, person: Person, slow: bool) -> None:
    """The technician has been there."""
    world.tell(
        at, "machines", "Machine Repaired", by_machine(person), at_.TECHNICIAN, {"machine_id": person.machine_id}
    )
    if slow and world.chance(0.12):
        world.do(soon(world, at, 8), complain, person, "machine", {})
    if slow:
        person.wronged += 1
    if world.chance(0.35):
        world.do(soon(world, at, 12), ces, person, "late_repair" if slow else "repair", {"survey_id": "ces-repair"})
    run(world, at, person)


def help_page(world: World, at: int, person: Person) -> None:
    """Read the help pages first."""
    device = next(iter(person.devices))
    who = Who({"anonymousId": person.devices[device], "userId": person.user_id}, {})
    source = "app" if device == "app" else "web"
    path = "/help/machine"
    world.page(at, source, "Help", who, at_.HELP, path, {"device": {"type": device}, "page": {"path": path}})
    if world.chance(0.4):
        read: Wire = {"article": "machine-codes", "topic": "machine", "helpful": world.chance(0.5)}
        world.tell(at + 2 * MINUTE, source, "Help Read", by_user(person), at_.HELP, read)


def report(world: World, at: int, person: Person) -> None:
    """Tell, once a month, how many cups were made."""
    world.do(at + 30 * DAY, report, person)
    if person.plan:
        cups = int(world.rng.uniform(60, 140) * (14 if person.company else 1))
        used: Wire = {"machine_id": person.machine_id, "cups": cups}
        world.tell(at, "machines", "Machine Used", by_machine(person), at_.MACHINE, used)


def renewal(world: World, at: int, person: Person) -> None:
    """A letter before the contract's year ends; a month later it is renewed, unless it was given up."""
    if person.plan:
        letter(world, at, person, "rental_renewal")
        world.do(at + 30 * DAY, _renewed, person)
    world.do(at + 365 * DAY, renewal, person)


def _renewed(world: World, at: int, person: Person) -> None:
    if person.plan:
        longer: Wire = {"machine_id": person.machine_id, "months": 12}
        world.tell(at, "crm", "Rental Renewed", by_user(person), at_.RENTAL_RENEWAL, longer)


def first_run(world: World, at: int, person: Person, new: bool) -> None:
    """New machines are installed some days after the contract; old ones are running."""
    if new:
        world.do(at + 4 * DAY + 10 * HOUR, install, person)
        world.do(at + 335 * DAY, renewal, person)
    else:
        world.do(at + int(world.rng.random() * 330) * DAY + 3 * HOUR, renewal, person)
        world.do(at + int(world.rng.random() * 30) * DAY, report, person)
        run(world, at, person)
