"""Orders: a small commanded lifecycle, and the coordinator of what an order owes other streams."""
