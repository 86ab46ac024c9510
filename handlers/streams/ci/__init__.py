"""What every commit of CI sets in motion."""
