"""How numbers are written in each language: everywhere with a point (docs/adr/0069)."""
