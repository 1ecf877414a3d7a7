"""The buyer's face: one order, opened by the signed link of an e-mail."""
