"""Numbers as they are typed, exchanged with laboratory systems and printed by analysers: with a point. Days before months."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "\N{NARROW NO-BREAK SPACE}"

DATE_FORMAT = r"j \d\e F \d\e Y"
DATETIME_FORMAT = r"j \d\e F \d\e Y H:i"
EXACT_FORMAT = r"j \d\e F \d\e Y H:i:s"
SHORT_DATE_FORMAT = "j b Y"
SHORT_DATETIME_FORMAT = "j b Y H:i"
MONTH_DAY_FORMAT = "j b"
TIME_FORMAT = "H:i"
