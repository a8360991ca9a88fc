"""What the command line says of itself, in Chinese: help, and a command typed wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import click

from govnb.text.faults import did_you_mean

# What click adds to a number's help: its bounds, as Python writes them.
_RANGE = re.compile(r"  \[[^]]*\bx[<>]=?[^]]*\]$")


class Help(click.HelpFormatter):
    """Help in the reader's language, headings included."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        """Write a section's heading."""
        self.write(f"{ {'Options': '选项', 'Commands': '命令'}.get(heading, heading) }：\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names and what they mean in two columns, a Chinese character as wide as it is."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, col_spacing, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, added in rows:
            meaning = _RANGE.sub("", added).replace("  [required]", "（必写）")
            table.add_row(Text(name), Text(meaning))
        console = Console(width=self.width - self.current_indent, color_system=None)
        for line in console.render_lines(table, pad=False):
            text = "".join(segment.text for segment in line).rstrip()
            self.write(f"{'':{self.current_indent}}{text}\n")


class _ChineseHelp:
    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示这段说明"
        return option


class Command(_ChineseHelp, click.Command):
    """A command whose help option speaks Chinese."""


class Group(_ChineseHelp, click.Group):
    """A group of such commands."""

    command_class = Command


click.Context.formatter_class = Help

# click's own sentences, and ours for them.
_SAID = {
    r"'(.*)' is not a valid (?:integer|float).*": "“{0}”不是数",
    r"'(.*)' is not one of (.*?)\.?": "没有“{0}”，可用：{1}",
    r"(.*) is not in the range (.*?)\.?": "“{0}”不在范围里：{1}",
    r"Got unexpected extra arguments? \((.*)\)": "多写了 {0}",
}


# Newer versions of click call a command without arguments a mistake whose words are the help.
_ONLY_HELP: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())


def mistake(error: click.UsageError) -> str:
    """Return what is wrong with a command line, and how to see what is right."""
    context = error.ctx
    if isinstance(error, _ONLY_HELP):
        return str(error.format_message())
    if context is None:
        return f"错误：{_wrong(error)}"
    where = f"运行 {context.command_path} --help 看说明"
    return f"{context.get_usage()}\n{where}\n\n错误：{_wrong(error)}"


def _wrong(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        known = list(error.possibilities or ())
        return f"没有选项“{error.option_name}”" + _hint(error.option_name, known)
    if isinstance(error, click.BadOptionUsage):
        return f"选项 {error.option_name} 后面要写一个值"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_name(error.param)}"
    command = re.match(r"No such command '(.*?)'", error.message)
    if command:
        group = error.ctx.command if error.ctx else None
        known = list(group.commands) if isinstance(group, click.Group) else []
        return f"没有命令“{command[1]}”" + _hint(command[1], known)
    message = _translated(error.message)
    if isinstance(error, click.BadParameter):
        return f"{error.param_hint or _name(error.param)}：{message}"
    return message


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "参数"
    return parameter.opts[0] if isinstance(parameter, click.Option) else str(parameter.metavar)


def _translated(message: str) -> str:
    for said, ours in _SAID.items():
        match = re.fullmatch(said, message)
        if match:
            return ours.format(*(words.replace("'", "") for words in match.groups()))
    return message


def _hint(word: str, known: list[str]) -> str:
    hint = did_you_mean(word, known) or (f"可用：{'、'.join(known)}" if known else "")
    return f"（{hint}）" if hint else ""
