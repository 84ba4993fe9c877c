"""Numbers as they are typed, exchanged with laboratory systems and printed by analysers: with a point. Days before months."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
EXACT_FORMAT = "j F Y H:i:s"
SHORT_DATE_FORMAT = "j F Y"
SHORT_DATETIME_FORMAT = "j F Y H:i"
MONTH_DAY_FORMAT = "j F"
TIME_FORMAT = "H:i"
