"""HTML taken apart: which elements it holds, and which words a reader sees."""

from __future__ import annotations

from html.parser import HTMLParser

from govnb.report.style import dress

VOID = {"br", "hr", "img", "wbr", "input", "meta", "link", "col"}


# What the package itself brings to a page, to be set aside when looking for what a file brought.
OWN = dress()


class Page(HTMLParser):
    """A piece of HTML: its elements with their attributes, its text, and whether it balances."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.unbalanced: list[str] = []
        self._open: list[str] = []
        self.feed(source.replace(OWN, ""))
        self.close()
        self.unbalanced += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()
        else:
            self.unbalanced.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of one kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    def dangers(self) -> list[str]:
        """Return every element and attribute that runs, loads or frames something."""
        found = []
        for tag, attributes in self.elements:
            if tag in {"script", "iframe", "object", "embed", "style", "base", "form", "input"}:
                found.append(tag)
            for name, value in attributes.items():
                plain = "".join(value.split()).lower()
                if name.startswith("on") or plain.startswith(("javascript:", "vbscript:")):
                    found.append(f"{tag} {name}={value}")
                if name in {"src", "srcset", "background", "poster"} and not plain.startswith(
                    "data:image/"
                ):
                    found.append(f"{tag} {name}={value}")
        return found
