"""Rendering: from the API's answers to what people read."""
