"""CI's commands: one file each."""
