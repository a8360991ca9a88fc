"""An editable install that Python can read in every locale.

Before 3.13 it reads `.pth` files in the locale's encoding: one that holds the path of a folder
with a Chinese name keeps Python from starting under `LC_ALL=C`, and leads nowhere on a Chinese
Windows. So the path goes there in ASCII, in a line of Python.
"""

from __future__ import annotations

import os
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
    # As bytes: whatever a locale makes of them, it makes of the folder's own name too.
    paths = (os.fsencode(line) for line in content.splitlines())
    return "".join(f"import os, sys; sys.path.append(os.fsdecode({path!r}))\n" for path in paths)
