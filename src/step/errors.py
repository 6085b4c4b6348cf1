"""The error for what only the user can mend."""


class InputError(ValueError):
    """A source or setting is wrong; the message says what, where, and how to mend it."""
