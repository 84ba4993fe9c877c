"""Pages composed of all apps: one noun per file; writes go through services, reads through selectors."""
