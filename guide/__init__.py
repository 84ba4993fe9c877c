"""First steps and help: how people find their way."""
