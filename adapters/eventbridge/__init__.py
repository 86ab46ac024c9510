"""EventBridge: where published events leave."""
