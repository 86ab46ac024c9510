"""Values to and from JSON: the one place that knows how they are written."""
