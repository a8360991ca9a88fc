"""The server: the protocol's requests, answered from the documents that are open."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from govnb import __version__
from govnb.lsp.document import Document
from govnb.text.faults import Place
from govnb.text.yaml_faults import lines_of

# How long one has to stop typing before the file is read, in seconds.
PAUSE = 0.3
_SEVERITIES = {
    "错误": lsp.DiagnosticSeverity.Error,
    "复核": lsp.DiagnosticSeverity.Warning,
    "提示": lsp.DiagnosticSeverity.Information,
}
_PLAIN = lsp.InsertTextFormat.PlainText

server = LanguageServer("govnb", __version__)
_documents: dict[str, Document] = {}
_waiting: dict[str, asyncio.Task[None]] = {}


def _document(uri: str) -> Document:
    """Return a document as it is now, its figures those of its last text without a fault."""
    text = server.workspace.get_text_document(uri).source
    known = _documents.get(uri)
    if known is None or known.text != text:
        fresh = Document(Path(to_fs_path(uri) or uri), text)
        fresh.figures = known.figures if known else {}
        _documents[uri] = fresh
    return _documents[uri]


async def _check(uri: str, pause: float) -> None:
    await asyncio.sleep(pause)
    document = _document(uri)
    remarks = await asyncio.to_thread(document.check)
    diagnostics = [
        lsp.Diagnostic(
            _range(document.lines, at.line, at.column, document.end_of(at)),
            remark.text,
            severity=_SEVERITIES[remark.kind],
            source="govnb",
        )
        for remark in remarks
        for at in (remark.place,)
    ]
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics))


def _later(uri: str, pause: float) -> None:
    if waiting := _waiting.pop(uri, None):
        waiting.cancel()
    _waiting[uri] = asyncio.get_running_loop().create_task(_check(uri, pause))


@server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
    """Check a file at once."""
    _later(params.text_document.uri, 0)


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
    """Check a file again when typing pauses."""
    _later(params.text_document.uri, PAUSE)


@server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
    """Check all that is open: what was saved may be what the others are read with."""
    for uri in list(_documents):
        _later(uri, 0)


@server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
    """Forget a file, what was said of it included."""
    uri = params.text_document.uri
    if waiting := _waiting.pop(uri, None):
        waiting.cancel()
    _documents.pop(uri, None)
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))


@server.feature(
    lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["{", "=", ".", " "])
)
def completion(params: lsp.CompletionParams) -> lsp.CompletionList:
    """Offer keys, or figures where a reference or a formula is being typed."""
    document = _document(params.text_document.uri)
    line, column = _at(document, params.position)
    offered, start = document.completions(line, column)
    span = _range(document.lines, line, start, column)
    items = [
        lsp.CompletionItem(
            text.removesuffix(": "), detail=what, kind=_kind(text), filter_text=text,
            text_edit=lsp.TextEdit(span, text), insert_text_format=_PLAIN,
        )
        for text, what in offered
    ]  # fmt: skip
    return lsp.CompletionList(is_incomplete=False, items=items)


def _kind(text: str) -> lsp.CompletionItemKind:
    return lsp.CompletionItemKind.Property if text.endswith(": ") else lsp.CompletionItemKind.Value


@server.feature(lsp.TEXT_DOCUMENT_HOVER)
def hover(params: lsp.HoverParams) -> lsp.Hover | None:
    """Tell value, formula and origin of the figure under the pointer."""
    document = _document(params.text_document.uri)
    found = document.name_at(*_at(document, params.position))
    if found is None:
        return None
    told = lsp.MarkupContent(lsp.MarkupKind.Markdown, document.told(found[0]))
    return lsp.Hover(told)


@server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
    """Go to the line that states a figure, or to its formula."""
    document = _document(params.text_document.uri)
    found = document.name_at(*_at(document, params.position))
    place: Place | None = document.figures[found[0]].place if found else None
    if place is None:
        return None
    uri, lines = params.text_document.uri, document.lines
    if place.file != document.label:
        path = document.params.resolve().parent / place.file
        uri, lines = from_fs_path(str(path)) or "", lines_of(path.read_text("utf-8", "replace"))
    return lsp.Location(uri, _range(lines, place.line, place.column, place.column))


@server.feature(lsp.TEXT_DOCUMENT_RENAME)
def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit:
    """Rename an item wherever the file speaks of it."""
    uri = params.text_document.uri
    document = _document(uri)
    name = document.item_at(*_at(document, params.position))
    if name is None:
        raise JsonRpcInvalidParams("这里不是可以改名的项目或科目；固定的名称不能改")
    try:
        edits = document.renamed(name, params.new_name)
    except ValueError as error:
        raise JsonRpcInvalidParams(str(error)) from None
    changes = [lsp.TextEdit(_range(document.lines, *at), new) for *at, new in edits]
    return lsp.WorkspaceEdit({uri: changes})


def _at(document: Document, position: lsp.Position) -> tuple[int, int]:
    """Return line and column; an editor counts a rare character as two (UTF-16)."""
    codec = server.workspace.position_codec
    there = codec.position_from_client_units(document.lines, position)
    return there.line + 1, there.character + 1


def _range(lines: list[str], line: int, start: int, end: int) -> lsp.Range:
    first, last = lsp.Position(line - 1, start - 1), lsp.Position(line - 1, end - 1)
    return server.workspace.position_codec.range_to_client_units(lines, lsp.Range(first, last))


def main() -> Any:
    """Serve over standard input and output."""
    server.start_io()
