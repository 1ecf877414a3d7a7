"""The core both faces stand on: it knows cancellations and owns no page."""
