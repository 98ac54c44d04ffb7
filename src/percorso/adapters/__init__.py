"""One file per outside thing; each knows model and ports only."""
