"""Where people meet the company: the inventory, what is not in it yet, and which meetings matter."""
