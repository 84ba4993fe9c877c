"""Numbers as they are typed, exchanged with laboratory systems and printed by analysers: with a point."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"
