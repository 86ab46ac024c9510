"""What is true and what may happen: pure functions and frozen values, standard library only."""
