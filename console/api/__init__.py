"""The merchant's other door: JSON for stores, opened by a key."""
