"""The pathologist's reading: decisions on cells, the lease on a case, amendments."""
