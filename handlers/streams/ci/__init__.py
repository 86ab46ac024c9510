"""What CI's commits set in motion."""
