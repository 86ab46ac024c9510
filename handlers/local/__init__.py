"""The service on one machine: the deployed template on an embedded AWS, and an HTTP front."""
