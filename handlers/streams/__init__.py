"""Stream handlers: what every commit sets in motion."""
