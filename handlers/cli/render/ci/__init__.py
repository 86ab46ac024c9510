"""What CI's answers look like on a terminal."""
