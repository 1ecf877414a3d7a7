"""The read side: rows in, frozen page values out."""
