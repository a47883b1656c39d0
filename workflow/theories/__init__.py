"""What is known of each kind of experiment without drawing a random number: one module a kind."""
