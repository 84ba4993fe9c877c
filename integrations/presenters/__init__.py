"""From the record to the values that the pure mappings take."""
