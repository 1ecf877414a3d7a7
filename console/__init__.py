"""The merchant's face: sign in, see orders and requests, decide, cancel, ship."""
