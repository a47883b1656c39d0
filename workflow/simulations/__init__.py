"""One replicate of each kind of experiment: one module a kind."""
