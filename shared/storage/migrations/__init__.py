"""The schema's history, run by `rescind db upgrade` with the owner's role."""
