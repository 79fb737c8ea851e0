"""What is wrong with an uploaded file, for the person who uploaded it."""


class UploadRefused(Exception):
    """The file can't be taken. The message is a sentence for the person, and says what to do where anything helps."""
