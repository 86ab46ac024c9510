"""The ports in memory: reference stores for tests and simulations."""
