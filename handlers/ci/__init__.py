"""CI on one machine: the agent that runs scripts."""
