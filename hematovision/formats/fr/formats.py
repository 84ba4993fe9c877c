"""Numbers as they are typed, exchanged with laboratory systems and printed by analysers: with a point. Days before months."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
EXACT_FORMAT = "j F Y H:i:s"
# Months of three letters would be told apart by one of them: jui, jul.
SHORT_DATE_FORMAT = "j N Y"
SHORT_DATETIME_FORMAT = "j N Y H:i"
MONTH_DAY_FORMAT = "j N"
TIME_FORMAT = "H:i"
