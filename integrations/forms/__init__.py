"""What the pages of integrations ask."""
