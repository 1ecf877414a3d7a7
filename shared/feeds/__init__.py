"""Cancellation and adjustment files as other systems know them: read as instructions, answered by reports."""
