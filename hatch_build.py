"""An editable install that Python can read in every locale.

Before 3.13 it reads `.pth` files in the locale's encoding: one that holds the path of a folder
with a Chinese name keeps Python from starting under `LC_ALL=C`, and leads nowhere on a Chinese
Windows. So the path goes there in ASCII, as a string in a line of Python.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EditableInAscii(BuildHookInterface):
    """Changes what hatchling puts into the `.pth` file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Take the place of the class that hatchling asks for the file's content."""
        if version != "editable":
            return
        import editables

        class InAscii(editables.EditableProject):
            def files(self) -> Iterator[tuple[str, str]]:
                for name, content in super().files():
                    yield name, _in_ascii(content) if name.endswith(".pth") else content

        editables.EditableProject = InAscii


def _in_ascii(content: str) -> str:
    lines = (f"import sys; sys.path.append({ascii(line)})" for line in content.splitlines())
    return "\n".join(lines) + "\n"
