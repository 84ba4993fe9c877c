"""How the machine and its readers agree, drift, break-glass access."""
