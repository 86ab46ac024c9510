"""SQS: queues that retry what may pass."""
