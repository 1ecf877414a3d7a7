"""The rescind command: everything that is done from a terminal."""
