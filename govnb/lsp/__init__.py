"""A language server over parameter files: what `govnb check` says, as one types."""

from __future__ import annotations

import sys
from typing import Any


def spec(manager: Any) -> dict[str, Any]:
    """Return how jupyterlab-lsp starts the server, which it finds by entry point."""
    command = [sys.executable, "-c", "from govnb.cli import main; main()", "lsp"]
    return {
        "govnb": {
            "argv": command,
            "display_name": "govnb",
            "languages": ["yaml"],
            "mime_types": ["text/x-yaml", "text/yaml"],
            "version": 2,
        }
    }
