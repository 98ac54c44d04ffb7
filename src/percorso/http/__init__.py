"""The edges over HTTP: one file per resource; a route validates, makes one call, returns."""
