"""Pages of cases: one noun per file; writes go through services, reads through `visible_to`."""
