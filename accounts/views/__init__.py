"""Pages and endpoints of accounts."""
