"""Facts in, verdicts out: frozen values and pure functions, standard library only."""
