"""Tables of text in files: how they are encoded and split, and what is wrong with them."""
