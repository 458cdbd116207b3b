"""What a person reads in the letters of their account."""

import re

from letters.models import Letter

CODE = re.compile(r"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", re.MULTILINE)


def newest(to: str) -> Letter:
    return Letter.objects.filter(to_address=to).latest("pk")


def words(letter: Letter) -> str:
    return bytes(letter.body.raw).decode()


def code_for(to: str) -> str:
    """Return the code of the newest letter to ``to``."""
    (code,) = {*CODE.findall(words(newest(to)).replace("\r\n", "\n"))}
    return code
