"""Every table, once, for SQLite and PostgreSQL. Migrations (adapters/sql/migrations) create them.

Log tables live in the log database, all others in the state database; the two may be one PostgreSQL database. Times
are micros, UTC (model/time.py). JSON is text. Folded tables are rebuilt by replay; kept tables never are.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

LOG = MetaData()
STATE = MetaData()

_Seq = BigInteger().with_variant(Integer, "sqlite")

log_meta = Table("log_meta", LOG, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

log_events = Table(
    "log_events",
    LOG,
    Column("seq", _Seq, primary_key=True, autoincrement=True),
    Column("lane", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("time_rule", SmallInteger, nullable=False),
    Column("said_at", BigInteger),
    Column("sent_at", BigInteger),
    Column("day", Integer, nullable=False),
    Column("hour", SmallInteger, nullable=False),
    Column("tie", BigInteger, nullable=False),
    Column("historical", SmallInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("fingerprint", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("trust", SmallInteger, nullable=False, server_default="2"),
    sqlite_autoincrement=True,
)
# Only imports are indexed by lane: the live lane is read by seq and skips the few runs of imported rows.
Index(
    "log_events_import",
    log_events.c.seq,
    sqlite_where=log_events.c.lane == 1,
    postgresql_where=log_events.c.lane == 1,
)
Index(
    "log_events_live",
    log_events.c.seq,
    sqlite_where=log_events.c.lane == 0,
    postgresql_where=log_events.c.lane == 0,
)

log_refused = Table(
    "log_refused",
    LOG,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("received_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("message_id", Text),
    Column("verdict", Text, nullable=False),
    Column("reason", Text),
    Column("detail", Text),
    Column("line", BigInteger),
    Column("body", Text),
    Column("event", Text),
    # What became of it later: `outcome` is dismissed, or the verdict on the mended item, whose id and place follow.
    Column("settled_at", BigInteger),
    Column("settled_by", Text),
    Column("outcome", Text),
    Column("mended_id", Text),
    Column("mended_seq", BigInteger),
    Column("rules", Text),
    sqlite_autoincrement=True,
)
# Those that still wait, in the order in which they are grouped and paged.
Index(
    "log_refused_waiting",
    log_refused.c.verdict,
    log_refused.c.reason,
    log_refused.c.source,
    log_refused.c.event,
    log_refused.c.received_at,
    log_refused.c.id,
    sqlite_where=log_refused.c.settled_at.is_(None),
    postgresql_where=log_refused.c.settled_at.is_(None),
)

log_counts = Table(
    "log_counts",
    LOG,
    Column("source", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("verdict", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# Dedupe (adapters/sql/seen.py): the newest hashes lie in their rows of log_events; a full bucket of them is closed into a
# filter and chunks of sorted hashes, which outlive the trimming of the log and hold no raw id.
log_buckets = Table(
    "log_buckets",
    LOG,
    Column("bucket", Integer, primary_key=True),
    Column("opened_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("filter", LargeBinary, nullable=False),
)

log_chunks = Table(
    "log_chunks",
    LOG,
    Column("bucket", Integer, primary_key=True),
    Column("chunk", SmallInteger, primary_key=True),
    Column("keys", LargeBinary, nullable=False),
    Column("fingerprints", LargeBinary, nullable=False),
)

# Events that were erased: their place and the hashes by which they would be known again, nothing else.
log_erased = Table(
    "log_erased",
    LOG,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("lane", SmallInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("fingerprint", BigInteger, nullable=False),
)

state_meta = Table("state_meta", STATE, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

offsets = Table(
    "offsets",
    STATE,
    Column("reader", Text, primary_key=True),
    Column("log_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

nodes = Table(
    "nodes",
    STATE,
    Column("node_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("parent_id", Text),
    Column("candidates", Text),
    Column("profile", LargeBinary, nullable=False),
    Column("claimed", SmallInteger, nullable=False),
    Column("base", Text),
    Column("seen_at", BigInteger, nullable=False),
    Column("linked_at", BigInteger, nullable=False),
    Column("held", Text),
    Index("nodes_person", "person_id"),
    Index("nodes_parent", "parent_id", sqlite_where=Column("parent_id").is_not(None)),
    Index("nodes_base", "base", sqlite_where=Column("base").is_not(None)),
    Index("nodes_held", "held", sqlite_where=Column("held").is_not(None), postgresql_where=Column("held").is_not(None)),
    Index("nodes_claimed", "base", sqlite_where=Column("claimed") == 1, postgresql_where=Column("claimed") == 1),
    # Devices are found by their hash; only what people type is searched by its beginning.
    Index(
        "nodes_value",
        "value",
        sqlite_where=Column("kind") != "anonymous_id",
        postgresql_where=Column("kind") != "anonymous_id",
    ),
    sqlite_with_rowid=False,
)

# The identity ledger: who was seen with whom, and what people decided of two identifiers.
assertions = Table(
    "identity_assertions",
    STATE,
    Column("weaker", Text, primary_key=True),
    Column("stronger", Text, primary_key=True),
    Column("strength", SmallInteger, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("tie", BigInteger, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("trust", SmallInteger, nullable=False),
    Index("identity_assertions_stronger", "stronger"),
    sqlite_with_rowid=False,
)

overrides = Table(
    "identity_overrides",
    STATE,
    Column("a", Text, primary_key=True),
    Column("b", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("tie", BigInteger, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("by", Text),
    Column("why", Text),
    sqlite_with_rowid=False,
)

moved = Table(
    "moved",
    STATE,
    Column("node_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    sqlite_with_rowid=False,
)

people = Table(
    "people",
    STATE,
    Column("person_id", Text, primary_key=True),
    Column("name", Text),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("orders", BigInteger, nullable=False),
    Column("spend", Text, nullable=False),
    Column("known", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

positions = Table(
    "positions",
    STATE,
    Column("person_id", Text, primary_key=True),
    Column("journey", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("came_from", Text),
    Column("touchpoint", Text),
    sqlite_with_rowid=False,
)

placed = Table(
    "placed",
    STATE,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("node_id", Text),
    Column("person_id", Text),
    Column("touchpoint", Text),
    Column("channel", Text),
    Column("phase", Text),
    Column("stage", Text),
    Column("robot", SmallInteger, nullable=False),
)

# Every choice, in the order of the log; hash-chained per identifier and lane. Erasure empties what it says and keeps the
# hashes (see model/consent_chain.py).
consent_ledger = Table(
    "consent_ledger",
    STATE,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True),
    Column("lane", SmallInteger, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("purpose", Text),
    Column("channel", Text),
    Column("state", Text),
    Column("payload", Text),
    Column("salt", Text),
    Column("commitment", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("consent_ledger_node", "node_id", "lane", "seq", "number"),
)

# Events that could not be folded; they lie in the log and the lake, belong to nobody, and wait to be looked at.
unfolded = Table(
    "unfolded",
    STATE,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("message_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

decisions = Table(
    "decisions",
    STATE,
    Column("decision_id", Text, primary_key=True),
    Column("business_key", Text, nullable=False),
    Column("play", Text, nullable=False),
    Column("play_version", Integer, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("cause_seq", BigInteger, nullable=False),
    Column("cause_message_id", Text, nullable=False),
    Column("touchpoint", Text),
    Column("stage", Text),
    Column("channel", Text),
    Column("outcome", Text, nullable=False),
    Column("refusal", Text),
    Column("reasons", Text, nullable=False),
    Column("alternatives", Text, nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("historical", SmallInteger, nullable=False),
    Index("decisions_node", "node_id"),
    Index("decisions_cause", "cause_message_id"),
    UniqueConstraint("business_key"),
)

outbox = Table(
    "outbox",
    STATE,
    Column("message_id", Text, primary_key=True),
    Column("business_key", Text, nullable=False),
    Column("decision_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("person_id", Text),
    Column("channel", Text, nullable=False),
    Column("play", Text, nullable=False),
    Column("play_version", Integer, nullable=False),
    Column("intent", Text, nullable=False),
    Column("purpose", Text),
    Column("facts", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_at", BigInteger, nullable=False),
    Column("refusal", Text),
    Column("attempts", Integer, nullable=False),
    Column("provider_id", Text),
    Column("recipient", Text),
    UniqueConstraint("business_key"),
    Index("outbox_due", "due_at", sqlite_where=Column("state").in_(("queued", "deferred"))),
    Index("outbox_person", "person_id", "state_at"),
    Index("outbox_decision", "decision_id"),
)

tasks = Table(
    "tasks",
    STATE,
    Column("task_id", Text, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("node_id", Text, nullable=False),
    Column("play", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("done_by", Text),
    Column("outcome", Text),
    Index("tasks_open", "due_at", sqlite_where=Column("done_at").is_(None)),
)

to_append = Table(
    "to_append",
    STATE,
    Column("id", _Seq, primary_key=True, autoincrement=True),
    Column("message_id", Text, nullable=False),
    Column("item", Text, nullable=False),
    sqlite_autoincrement=True,
)

config_records = Table(
    "config_records",
    STATE,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

manifest = Table(
    "manifest",
    STATE,
    Column("path", Text, primary_key=True),
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    Column("first_seq", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("written_at", BigInteger, nullable=False),
)

users = Table(
    "users",
    STATE,
    Column("user_id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    STATE,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

api_keys = Table(
    "api_keys",
    STATE,
    Column("key_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("key_hash", Text, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

mailbox = Table(
    "mailbox",
    STATE,
    Column("mail_id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("person_id", Text),
    Index("mailbox_received", "received_at"),
)

suppressions = Table(
    "suppressions",
    STATE,
    Column("address_hash", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

# A chain (model/audit.py): numbered without a gap, its head in state_meta.
audit = Table(
    "audit",
    STATE,
    Column("number", _Seq, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("target", Text),
    Column("hash", Text, nullable=False),
    Index("audit_actor", "actor", "number"),
    Index("audit_act", "act", "number"),
    Index("audit_target", "target", "number"),
)

# Pairs of people that may be one, to be decided by somebody. By node, so that merges and splits leave them true.
proposals = Table(
    "match_proposals",
    STATE,
    Column("node_a", Text, primary_key=True),
    Column("node_b", Text, primary_key=True),
    Column("record_a", Text, nullable=False),
    Column("record_b", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("probability", Float, nullable=False),
    Column("parts", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("proposed_at", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", BigInteger),
    Index("match_proposals_state", "state", "kind", "weight"),
    sqlite_with_rowid=False,
)

# Who was erased, by the keyed hash of the identifier; how often, and since when somebody may have it again.
tombstones = Table(
    "tombstones",
    STATE,
    Column("node_id", Text, primary_key=True),
    Column("erased_at", BigInteger, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("opened_at", BigInteger),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Index("tombstones_version", "version"),
    sqlite_with_rowid=False,
)

# Requests of people about their data. `work` is what an erasure still needs to know, unreadable without the company's
# secret, and gone when it is done.
erasures = Table(
    "erasures",
    STATE,
    Column("request_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("identities", Text, nullable=False),
    Column("requested_at", BigInteger, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("deadline_at", BigInteger, nullable=False),
    Column("step", Text, nullable=False),
    Column("step_at", BigInteger, nullable=False),
    Column("work", LargeBinary),
    Column("counts", Text, nullable=False),
    Column("receipt", Text),
    Column("callback", Text),
    Column("problem", Text),
    Index("erasures_requested", "requested_at"),
)

# Counts of what came, by civil day (pipeline/tally.py): added up from the log's events once each, and made anew when what they
# are counted by changes. Empty text stands for "unknown".
tally_days = Table(
    "tally_days",
    STATE,
    Column("day", Integer, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("touchpoint", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("events", BigInteger, nullable=False),
    Column("historical", BigInteger, nullable=False),
    Column("nobody", BigInteger, nullable=False),
    Column("late_hour", BigInteger, nullable=False),
    Column("late_day", BigInteger, nullable=False),
    Column("late_week", BigInteger, nullable=False),
    Column("bots", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

tally_shapes = Table(
    "tally_shapes",
    STATE,
    Column("name", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("events", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The few words a property takes; a property that takes many has one row, whose word is empty.
tally_words = Table(
    "tally_words",
    STATE,
    Column("name", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("word", Text, primary_key=True),
    Column("first_day", Integer, nullable=False),
    Column("events", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Segments (pipeline/membership.py). Of each identifier what its events say for segments, and whose it was when its person was
# looked at last.
segment_nodes = Table(
    "segment_nodes",
    STATE,
    Column("node_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("facts", LargeBinary, nullable=False),
    Index("segment_nodes_person", "person_id"),
    sqlite_with_rowid=False,
)

segment_members = Table(
    "segment_members",
    STATE,
    Column("segment", Text, primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Index("segment_members_person", "person_id"),
    sqlite_with_rowid=False,
)

# When time alone may move somebody in or out: one row a person, the first such civil day.
segment_timers = Table(
    "segment_timers",
    STATE,
    Column("person_id", Text, primary_key=True),
    Column("due_day", Integer, nullable=False),
    Index("segment_timers_due", "due_day"),
    sqlite_with_rowid=False,
)

# Who was put on a list, by identifier: known already or not, and whoever holds it now.
segment_lists = Table(
    "segment_lists",
    STATE,
    Column("segment", Text, primary_key=True),
    Column("node_id", Text, primary_key=True),
    Index("segment_lists_node", "node_id"),
    sqlite_with_rowid=False,
)

segment_days = Table(
    "segment_days",
    STATE,
    Column("segment", Text, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("entered", BigInteger, nullable=False),
    Column("gone", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What is done about a friction: rows are only added, the last of a friction says how it stands.
friction_steps = Table(
    "friction_steps",
    STATE,
    Column("friction", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("owner", Text),
    Column("mended_on", Text),
    Column("told", Integer),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)

roadmap_items = Table(
    "roadmap_items",
    STATE,
    Column("item_id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

FOLDED = (nodes, assertions, overrides, moved, people, positions, placed, consent_ledger, unfolded, offsets)
"""Rebuilt by ``percorso replay`` from the log; live and replayed are compared byte for byte."""

KEPT = (
    decisions,
    outbox,
    tasks,
    to_append,
    config_records,
    manifest,
    users,
    sessions,
    api_keys,
    mailbox,
    suppressions,
    audit,
    proposals,
    tombstones,
    erasures,
    tally_days,
    tally_shapes,
    tally_words,
    segment_members,
    segment_lists,
    segment_days,
    friction_steps,
    roadmap_items,
    state_meta,
)
"""What was done and decided; replay never touches it."""

DERIVED = (segment_nodes, segment_timers)
"""Made again behind a replay, from the lake, by whoever follows the log for segments."""
