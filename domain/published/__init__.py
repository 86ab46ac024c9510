"""The published language: what other teams may rely on, versioned apart from what is stored."""
