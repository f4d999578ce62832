"""`grade watch`: grades at each save."""
