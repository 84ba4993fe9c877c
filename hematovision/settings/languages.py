"""The languages of pages and reports (docs/adr/0069)."""

from hematovision.settings.environment import BASE_DIR

USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "French"), ("es", "Spanish"), ("ar", "Arabic")]
# Those in which no sentence is missing: a signed report is in one of them (deploy/languages.py keeps them whole).
WHOLE_LANGUAGES = ["en", "fr", "es"]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["hematovision.formats"]
