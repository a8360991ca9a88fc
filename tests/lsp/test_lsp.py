"""`govnb lsp` as an editor meets it: over standard input and output."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parents[2]
FILE = "2016/junshan-zwfw.yml"


class Editor:
    """An editor with one parameter file open."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self.client, self.path, self.uri = client, path, path.as_uri()
        self.text = path.read_text("utf-8")
        self.version = 1
        self.told: asyncio.Queue[Any] = asyncio.Queue()

    async def open(self) -> list[lsp.Diagnostic]:
        item = lsp.TextDocumentItem(self.uri, "yaml", 1, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.diagnostics()

    async def write(self, old: str, new: str) -> list[lsp.Diagnostic]:
        """Type without saving, and return what is underlined."""
        assert old in self.text
        self.text, self.version = self.text.replace(old, new, 1), self.version + 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(version=self.version, uri=self.uri),
                [lsp.TextDocumentContentChangeWholeDocument(self.text)],
            )
        )
        return await self.diagnostics()

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        found: list[lsp.Diagnostic] = await asyncio.wait_for(self.told.get(), 60)
        return list(found)

    def at(self, words: str, inside: int = 0) -> dict[str, Any]:
        """Return the position of some words, or so many characters into them."""
        before = self.text[: self.text.index(words) + inside]
        inline = before[before.rfind("\n") + 1 :]
        position = lsp.Position(before.count("\n"), len(inline.encode("utf-16-le")) // 2)
        return {"text_document": lsp.TextDocumentIdentifier(self.uri), "position": position}

    def under(self, span: lsp.Range) -> str:
        """Return the words of a range, counted as editors count: in UTF-16."""
        assert span.start.line == span.end.line
        line = self.text.splitlines()[span.start.line].encode("utf-16-le")
        return line[2 * span.start.character : 2 * span.end.character].decode("utf-16-le")

    async def offered(self, words: str) -> dict[str, lsp.CompletionItem]:
        """Return what is offered behind some words."""
        params = lsp.CompletionParams(**self.at(words, len(words)))
        found = await self.client.text_document_completion_async(params)
        assert isinstance(found, lsp.CompletionList)
        return {item.label: item for item in found.items}


def within(tmp_path: Path, what: Callable[[Editor], Awaitable[None]]) -> None:
    """Do something in an editor that has the real 2016 report's file open."""
    params = tmp_path / "绩效 评价" / "params"
    shutil.copytree(
        ROOT / "params", params, ignore=shutil.ignore_patterns("2018", "2019", "20??-*")
    )

    async def session() -> None:
        client = LanguageClient("test", "1")
        editor = Editor(client, params / FILE)

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: lsp.PublishDiagnosticsParams) -> None:
            editor.told.put_nowait(params.diagnostics)

        await client.start_io(str(Path(sys.executable).with_name("govnb")), "lsp")
        await client.initialize_async(
            lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=tmp_path.as_uri())
        )
        client.initialized(lsp.InitializedParams())
        try:
            await what(editor)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    # In a thread of its own: a browser's tests before these leave their loop in this one.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(session())).result()


def test_faults_are_underlined_as_one_types_and_findings_where_they_come_from(
    tmp_path: Path,
) -> None:
    async def what(editor: Editor) -> None:
        found = await editor.open()
        assert all(d.severity != lsp.DiagnosticSeverity.Error for d in found)
        assert any(d.message.startswith("[错误]") for d in found)
        found = await editor.write("编外人员经费: 30.98", "编外人员经费: 3O.98")
        (fault,) = (d for d in found if d.severity == lsp.DiagnosticSeverity.Error)
        assert "“3O.98”" in fault.message
        assert editor.under(fault.range) == "3O.98"
        found = await editor.write("3O.98", "30.98")
        assert all(d.severity != lsp.DiagnosticSeverity.Error for d in found)

    within(tmp_path, what)


def test_keys_and_figures_are_completed_where_they_can_stand(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        await editor.open()
        await editor.write("\n人员:\n", "\n三公\n人员:\n")
        keys = await editor.offered("\n三公")
        assert "三公经费" in keys
        edit = keys["三公经费"].text_edit
        assert isinstance(edit, lsp.TextEdit) and edit.new_text == "三公经费: "
        assert edit.range.start.character == 0
        await editor.write("\n三公\n", "\n")
        await editor.write("人员总数: =人员.在职人员 + 人员.编外人员", "人员总数: =人员.在")
        figures = await editor.offered("人员总数: =人员.在")
        assert figures["人员.在职人员"].detail == "5人"
        assert "三公经费" not in await editor.offered("  编外人员经费: ")
        await editor.write("  编外人员经费", "  \n  编外人员经费")
        staff = await editor.offered("\n  # 报告三（一）：全年工资及补助，没有纳入年初预算\n  ")
        assert "编制数" in staff and "三公经费" not in staff

    within(tmp_path, what)


def test_a_figure_tells_value_formula_and_origin_and_leads_there(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        await editor.open()
        await editor.write("\n人员:\n", "\n# {{ 三公经费.控制率 }}\n人员:\n")
        hover = await editor.client.text_document_hover_async(
            lsp.HoverParams(**editor.at("三公经费.控制率", 2))
        )
        assert hover and isinstance(hover.contents, lsp.MarkupContent)
        said = hover.contents.value
        assert "95.35" in said and "三公经费.支出 / 三公经费.预算" in said and "figures.yml" in said
        there = await editor.client.text_document_definition_async(
            lsp.DefinitionParams(**editor.at("三公经费.控制率", 2))
        )
        assert isinstance(there, lsp.Location) and there.uri.endswith("params/rules/figures.yml")
        stated = await editor.client.text_document_definition_async(
            lsp.DefinitionParams(**editor.at("=人员.编制数", 3))
        )
        assert isinstance(stated, lsp.Location) and stated.uri == editor.uri
        line = editor.text.splitlines()[stated.range.start.line]
        assert line.strip().startswith(("编制数", "主任"))

    within(tmp_path, what)


def test_an_item_is_renamed_wherever_the_file_speaks_of_it(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        await editor.open()
        await editor.write("\n人员:\n", "\n# {{ 人员.编外人员.聘用.热线办 }}\n人员:\n")
        params = lsp.RenameParams(new_name="热线班", **editor.at("  热线办: 2", 3))
        edit = await editor.client.text_document_rename_async(params)
        assert edit and edit.changes
        lines = [editor.text.splitlines()[e.range.start.line] for e in edit.changes[editor.uri]]
        assert len(lines) == 3 and {"# {{ 人员.编外人员.聘用.热线办 }}"} < {*lines}
        assert (
            sum("聘用工作人员{{ 人员.编外人员.聘用.热线办 | 数字 }}" in line for line in lines) == 1
        )
        fixed = lsp.RenameParams(new_name="编制", **editor.at("编制数", 1))
        with pytest.raises(JsonRpcException, match="固定的名称不能改"):
            await editor.client.text_document_rename_async(fixed)

    within(tmp_path, what)


def test_a_yaml_file_that_is_no_parameter_file_is_left_alone(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        other = tmp_path / "other.yml"
        other.write_text("随便: {写: 什么}\n", "utf-8")
        stranger = Editor(editor.client, other)
        stranger.told = editor.told
        assert await stranger.open() == []

    within(tmp_path, what)


def test_rare_characters_in_a_line_move_nothing(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        await editor.open()
        # An ideograph and a picture outside the first 65,536 characters: two units each in UTF-16.
        await editor.write("\n人员:\n", "\n# 𠮷😀 {{ 人员.编外人员.聘用.热线办 }}\n人员:\n")
        at = editor.at("{{ 人员.编外人员.聘用.热线办", 15)
        edit = await editor.client.text_document_rename_async(
            lsp.RenameParams(new_name="热线班", **at)
        )
        assert edit and edit.changes
        assert {editor.under(e.range) for e in edit.changes[editor.uri]} == {"热线办"}
        hover = await editor.client.text_document_hover_async(lsp.HoverParams(**at))
        assert hover and "人员.编外人员.聘用.热线办" in hover.contents.value  # type: ignore[union-attr]
        found = await editor.write(
            "{名称: 对个人和家庭补助支出, 合计: 8.92}", "{名称: 𠮷😀补助, 合计: 8.9Z}"
        )
        (fault,) = (d for d in found if d.severity == lsp.DiagnosticSeverity.Error)
        assert editor.under(fault.range) == "8.9Z"

    within(tmp_path, what)


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "file:///c%3A/Users/%E5%BC%A0%E4%B8%89/params/2016/ju.yml",
        "file:///C:/Users/张三/params/2016/ju.yml",
        "file://server/share/params/2016/ju.yml",
        "vscode-notebook-cell:/x.ipynb#1",
        "git:/params/2016/ju.yml?%7B%7D",
    ],
)
def test_a_file_that_is_elsewhere_or_nowhere_is_left_alone(tmp_path: Path, uri: str) -> None:
    async def what(editor: Editor) -> None:
        stranger = Editor(editor.client, editor.path)
        stranger.uri, stranger.told = uri, editor.told
        assert await stranger.open() == []
        at = stranger.at("三公经费", 1)
        assert await editor.client.text_document_hover_async(lsp.HoverParams(**at)) is None
        assert await editor.open()

    within(tmp_path, what)


def test_a_file_that_is_renamed_or_removed_while_it_is_open_ends_nothing(tmp_path: Path) -> None:
    async def what(editor: Editor) -> None:
        await editor.open()
        editor.path.rename(editor.path.with_name("改名.yml"))
        found = await editor.write("编外人员经费: 30.98", "编外人员经费: 3O.98")
        assert any("3O.98" in d.message for d in found)
        shutil.rmtree(editor.path.parents[1])
        await editor.write("3O.98", "30.98")
        closed = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(editor.uri))
        editor.client.text_document_did_close(closed)
        assert await editor.diagnostics() == []

    within(tmp_path, what)
