"""The certificate as a file, by the machinery of the reports."""
