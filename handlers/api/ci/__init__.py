"""CI over HTTP: queues, jobs, settings, what runners say, and two pages."""
