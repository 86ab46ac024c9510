"""Trouble that passes: the store is away or overloaded, and the same import may go on later."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

PASSING: Final = (BotoCoreError, ClientError, OSError)
