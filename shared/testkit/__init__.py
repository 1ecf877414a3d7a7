"""What demos and end-to-end suites need; never loaded in production."""
