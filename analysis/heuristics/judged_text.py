"""Which text of a row is judged: that of a role."""

from __future__ import annotations

from typing import Literal, get_args

from analysis.errors import HeuristicsError

Role = Literal["text", "prompt", "response", "rejected", "system"]
ROLES: tuple[Role, ...] = get_args(Role)


def check_role(role: str) -> None:
    """Raises HeuristicsError where the role has no text."""
    if role not in ROLES:
        raise HeuristicsError(f"The role judged cannot be {role!r}; known: {', '.join(ROLES)}.")
