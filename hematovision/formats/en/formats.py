"""Dates with the day before the month, as in the other languages and in the scripts (static/shared/words.js)."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y H:i"
EXACT_FORMAT = "j F Y H:i:s"
SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y H:i"
MONTH_DAY_FORMAT = "j M"
TIME_FORMAT = "H:i"
