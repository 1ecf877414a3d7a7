"""Tell merchants' stores what has happened: signed calls to addresses that they have named."""
