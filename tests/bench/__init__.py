"""The budgets as benchmarks: `make bench`. Never part of the tests, but for a smoke test."""
