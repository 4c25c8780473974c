"""What every flow has: its statements are kept for the oldest PostgreSQL, where that is asked for."""

from tests.statements import _statements_of_this_file

__all__ = ["_statements_of_this_file"]
