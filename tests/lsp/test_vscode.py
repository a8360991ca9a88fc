"""VS Code's extension folder over the real `govnb lsp`, with VS Code's API played to it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXTENSION = ROOT / ".vscode/extensions/govnb"
GOVNB = Path(sys.executable).with_name("govnb")


def node() -> str:
    """Playwright brings a Node; any other is as good."""
    driver = pytest.importorskip("playwright._impl._driver")
    return str(shutil.which("node") or driver.compute_driver_executable()[0])


def played(tmp_path: Path, command: Path) -> dict[str, Any]:
    params = tmp_path / "绩效 评价" / "params"
    shutil.copytree(ROOT / "params", params, ignore=shutil.ignore_patterns("2018", "2019"))
    file = params / "2016/junshan-zwfw.yml"
    played = Path(__file__).with_name("vscode.js")
    words = (played, EXTENSION / "extension.js", file, command)
    done = subprocess.run(
        [node(), *map(str, words)], capture_output=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    return dict(json.loads(done.stdout))


def test_the_extension_shows_and_asks_what_the_server_knows(tmp_path: Path) -> None:
    found = played(tmp_path, GOVNB)
    # Warnings are 1 and hints 2 in VS Code.
    assert {d["severity"] for d in found["first"]} == {1, 2}
    (fault,) = (d for d in found["fault"] if d["severity"] == 0)
    assert "“3O.98”" in fault["message"] and fault["source"] == "govnb"
    assert fault["at"][3] - fault["at"][1] == len("3O.98")
    offered = {item["label"]: item for item in found["offered"]}
    assert offered["人员.在职人员"]["detail"] == "5人"
    assert offered["人员.在职人员"]["insertText"] == "人员.在职人员"
    assert "出处" in found["hover"]["words"][0]["words"][0]
    assert found["definition"]["words"][0]["href"].endswith("params/2016/junshan-zwfw.yml")
    assert [edit[-1] for edit in found["renamed"]["edits"]] == ["热线班"] * 2
    assert "固定的名称不能改" in found["refused"]


def test_where_govnb_is_not_set_up_it_says_what_to_do(tmp_path: Path) -> None:
    said = played(tmp_path, tmp_path / "没有" / "govnb")["first"]
    assert "没有/govnb" in said and "make setup" in said


def test_the_folder_is_one_vs_code_offers() -> None:
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    assert (EXTENSION / package["main"]).is_file()
    assert package["name"] and package["publisher"] and package["engines"]["vscode"]
    # It runs the folder's own program: only where the user trusts the folder.
    assert package["capabilities"]["untrustedWorkspaces"]["supported"] is False
