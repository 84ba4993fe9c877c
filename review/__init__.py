"""The pathologist's review: decisions on cells, the lease on a case, amendments."""
