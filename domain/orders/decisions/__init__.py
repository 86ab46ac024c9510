"""One function a command: what an order answers."""
