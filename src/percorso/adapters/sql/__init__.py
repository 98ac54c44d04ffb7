"""SQLite and PostgreSQL: log, state, outbox and everything kept beside them."""
