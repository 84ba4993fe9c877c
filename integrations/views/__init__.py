"""Pages of integrations."""
