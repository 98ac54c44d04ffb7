"""Who is who: shown, decided, and made anew by other rules."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from percorso.main.collecting import Collecting
from percorso.main.folding import Folding
from percorso.model.audit import AuditRow
from percorso.model.identity import ACTS, IdentityRules, OverrideKind
from percorso.model.person import Node

if TYPE_CHECKING:
    from percorso.adapters.sql.database import Database
    from percorso.http.previewing import Previews
    from percorso.main.company import Company
    from percorso.pipeline.accepting import Accepter
    from percorso.pipeline.named_in import NamedIn
    from percorso.pipeline.ruling import Ruling
    from percorso.pipeline.unifying import Unifier

Told = Callable[[int, int], None]


class Unifying(Collecting, Folding):
    """What shows identity and rules it; the rules are put in force where the log is folded."""

    @cached_property
    def unifier(self) -> "Unifier":
        from percorso.pipeline.unifying import Unifier

        return Unifier(self.identity, self.collector, lambda: self.rules_in_force().rules)

    @cached_property
    def named_in(self) -> "NamedIn":
        """Whom refused items name."""
        from percorso.pipeline.named_in import NamedIn

        return NamedIn(self.people, self.node_ids, self.identity_rules)

    @cached_property
    def accepter(self) -> "Accepter":
        """What accepts proposed pairs by the company's rule."""
        from percorso.adapters.sql.match_rules import SqlMatchRules
        from percorso.pipeline.accepting import Accepter

        return Accepter(
            rules=SqlMatchRules(self.store),
            proposals=self.proposals,
            identity=self.identity,
            unifier=self.unifier,
            identity_rules=self.identity_rules,
            audit=self.audit,
            clock=self.clock,
        )

    @cached_property
    def ruling(self) -> "Ruling":
        from percorso.pipeline.reresolve import Reresolver
        from percorso.pipeline.ruling import Ruling

        return Ruling(
            self.rule_book,
            Reresolver(self.identity, self.state),
            self.clock,
            in_force=self.rules_in_force,
            aside=self._folded_aside,
            refold=self._refold,
            events=lambda: self.log.size().head,
        )

    def decide_identity(self, kind: OverrideKind, a: str, b: str, *, by: str, why: str | None) -> str:
        """Decide of two identifiers, written ``kind:value``, and note it in the audit log. The event's message id."""
        one, other = self.unifier.identifier(a), self.unifier.identifier(b)
        message_id = self.unifier.decide(kind, one, other, by, why)
        people = " ".join(dict.fromkeys(self.unifier.holder(each) for each in (one, other)))
        self.audit.record(AuditRow(self.clock.now(), by, ACTS[kind], people))
        return message_id

    def apply_rules(self, told: Told = lambda *_: None) -> None:
        """Put in force the rules that are wanted, and fold by them from now on. Only where the log is folded."""
        self.processor.drain()
        self.processor.rules = self.ruling.apply(told).rules
        self.processor.forget()

    def _folded_aside(self, rules: IdentityRules) -> tuple[Mapping[str, Node], Mapping[str, Node]]:
        from percorso.adapters.sql.identity import every_node
        from percorso.main.replaying import fold_aside, folded_to

        with self._aside() as aside:
            with self.state_database.read() as connection:
                places, before = folded_to(connection), every_node(connection)
            fold_aside(self, aside, places, rules=rules)
            with aside.read() as connection:
                return before, every_node(connection)

    def _refold(self, rules: IdentityRules, told: Told) -> Callable[[], None]:
        """Fold everything by other rules, and write the consent ledger anew, in which others may speak. What is returned
        is called when they are in force: what was noted meanwhile is noted again."""
        from percorso.main.replaying import fold_aside, folded_to, note_aside, put_in_place, read_to, set_back

        with self._aside() as aside:
            with self.state_database.read() as connection:
                places, noted = folded_to(connection), read_to(connection, "consents")
            total = sum(places.values())
            fold_aside(self, aside, places, lambda done: told(done, total), rules)
            note_aside(self, aside, noted, rules)
            put_in_place(aside, self.state_database)

        def settle() -> None:
            with self.state_database.write() as connection:
                set_back(connection, noted)

        return settle

    @contextmanager
    def _aside(self) -> "Iterator[Database]":
        """An empty state, thrown away at the end."""
        from percorso.adapters.sql import migrations
        from percorso.adapters.sql.database import Database

        folder = Path(tempfile.mkdtemp(prefix="rules-", dir=self.directory.run))
        try:
            with closing(Database(f"sqlite:///{folder / 'state.db'}", repeatable=True)) as aside:
                migrations.migrate(aside, "state", lambda _: None)
                yield aside
        finally:
            shutil.rmtree(folder)


def previews_of(company: "Company") -> "Previews":
    """What the analysis process shows of rules, with people's names."""
    from percorso.http.previewing import Previews

    return Previews(company.ruling, lambda ids: {person: row.name for person, row in company.people.rows(ids).items()})
