"""The only code that joins the pillars; each file is one readable page."""
