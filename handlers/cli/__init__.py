"""The command line: thin commands over the service's API and use cases, and how they are shown."""
