"""What happens after a transaction: effects, looked up by their rows and carried out at least once."""
