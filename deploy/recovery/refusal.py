"""What a backup or a restore refuses, in a sentence for the operator."""


class Refused(Exception):
    """Nothing was changed; the message says what is wrong and, where there is one, the way out."""
