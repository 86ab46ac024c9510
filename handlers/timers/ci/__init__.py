"""What CI sees to as time passes."""
