"""Widgets (控件) on a page or paper, which can't be operated there.

What a widget shows (text, the outputs it caught) is shown as any output is; what it is for is
told in a sentence. A progress bar speaks to whoever runs the notebook, as stderr does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from govnb.papers.ran import with_outputs

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_MODEL = "IPY_MODEL_"
_HTML = frozenset(["HTMLModel", "HTMLMathModel"])
_PROGRESS = frozenset(["FloatProgressModel", "IntProgressModel"])
# A bar where nothing else is known of it: tqdm's, and IPython's.
_BAR = re.compile(r"\d+%\||\d+(?:it)? \[\d\d:\d\d")
_BAR_HTML = re.compile(r"\s*<progress\b[^>]*>\s*(?:</progress>)?\s*")
# More than a sentence can name.
_MOST = 8


def settled(notebook: NotebookNode) -> NotebookNode:
    """Return an executed notebook whose widgets are ordinary outputs."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    if not any(_is_view(output) or _is_bar(output) for output in outputs):
        return notebook
    widgets = _Widgets(_within(notebook.metadata, "widgets", _STATE, "state"))
    return with_outputs(notebook, widgets.shown)


def _is_view(output: Any) -> bool:
    return isinstance(output, Mapping) and _VIEW in output.get("data", {})


def _is_bar(output: Any) -> bool:
    html = output.get("data", {}).get("text/html", "")
    return bool(_BAR_HTML.fullmatch("".join(html)))


class _Widgets:
    """The widgets a notebook keeps, each as it last was."""

    def __init__(self, models: Mapping[str, Any]) -> None:
        self._models = models
        # One shows itself where its outputs display it again.
        self._open: list[str] = []

    def shown(self, output: NotebookNode) -> Iterator[NotebookNode]:
        """Yield what stands in an output's place."""
        if not _is_view(output):
            yield from [] if _is_bar(output) else [output]
            return
        rest = {kind: said for kind, said in output.data.items() if kind != _VIEW}
        if set(rest) - {"text/plain"}:
            yield NotebookNode({**output, "data": NotebookNode(rest)})
            return
        name = str(_within(output.data, _VIEW).get("model_id"))
        if name not in self._models:
            plain = rest.get("text/plain", "")
            if not _BAR.search("".join(plain)):
                yield _sentence([])
            return
        parts = list(self._parts(name))
        controls = [part for part in parts if isinstance(part, str)]
        if controls:
            yield _sentence(controls)
        yield from (part for part in parts if not isinstance(part, str))

    def _parts(self, name: str) -> Iterator[NotebookNode | str]:
        """Yield what a widget shows, and of each control its name and value."""
        if name in self._open:
            return
        self._open.append(name)
        kind, state = self._model(name)
        children = [str(child).removeprefix(_MODEL) for child in _listed(state, "children")]
        kinds = {self._model(child)[0] for child in children}
        if kind == "OutputModel":
            for output in _listed(state, "outputs"):
                if isinstance(output, Mapping) and "output_type" in output:
                    yield from self.shown(NotebookNode(output))
        elif kind in _HTML:
            yield _html(str(state.get("value", "")))
        elif kind == "LabelModel":
            yield _html(f"<p>{escape(state.get('value', ''))}</p>")
        elif children and not kinds & _PROGRESS:
            titles = [str(title or "") for title in _listed(state, "titles")]
            for n, child in enumerate(children):
                if titles[n : n + 1] > [""]:
                    yield _html(f"<p><strong>{escape(titles[n])}</strong></p>")
                yield from self._parts(child)
        elif not children and (kind not in _PROGRESS or state.get("description")):
            yield _control(kind, state)
        self._open.pop()

    def _model(self, name: str) -> tuple[str, Mapping[str, Any]]:
        kind = _within(self._models, name).get("model_name")
        return str(kind), _within(self._models, name, "state")


def _within(value: Any, *keys: str) -> Mapping[str, Any]:
    """Return the mapping below some keys; anyone may have written the notebook."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _listed(state: Mapping[str, Any], key: str) -> list[Any]:
    value = state.get(key)
    return list(value) if isinstance(value, list | tuple) else []


def _control(kind: str, state: Mapping[str, Any]) -> str:
    """Return what a control is called and set to: `税率＝3`."""
    value = state.get("value")
    labels = _listed(state, "_options_labels")
    index = state.get("index")
    if labels:
        chosen = index if isinstance(index, list | tuple) else [index]
        value = [labels[n] for n in chosen if isinstance(n, int) and 0 <= n < len(labels)]
    values = list(value) if isinstance(value, list | tuple) else [value]
    told = [_told(v) for v in values if isinstance(v, str | int | float)]
    if kind == "PasswordModel" or len(told) < len(values):
        told = []
    joint = "～" if "Range" in kind else "、"
    named = str(state.get("description") or "").strip().rstrip("：:")
    return "＝".join(filter(None, [named, joint.join(told)])) if named else ""


def _told(value: str | float) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value:.12g}" if isinstance(value, float) else str(value).strip()


def _sentence(controls: list[str]) -> NotebookNode:
    named = list(filter(None, controls))
    more = f"等 {len(named)} 项" if len(named) > _MOST else ""
    told = f"（{'，'.join(named[:_MOST])}{more}）" if named else ""
    return _html(f"<p>{escape(f'〔这里的控件{told}要在 Jupyter 里打开笔记本才能操作〕')}</p>")


def _html(html: str) -> NotebookNode:
    output: NotebookNode = new_output("display_data", {"text/html": html})
    return output
