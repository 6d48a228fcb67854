"""The one exception that people see: what is wrong, in a sentence, and the way out."""


class Trouble(Exception):
    """Something a person can put right. Printed without a traceback; the command ends with code 1."""

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.sentence}\n  -> {self.remedy}" if self.remedy else self.sentence
