"""The sweep: whatever no event will wake, every minute."""
