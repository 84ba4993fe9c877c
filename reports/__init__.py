"""The signed report: frozen content, PDF, signature, versions."""
