"""Records and pure rules. Knows nobody: every other room may import it, it imports none of them."""
