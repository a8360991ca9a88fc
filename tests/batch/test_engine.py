"""The papermill engine: outputs equal to a stock kernel's, one notebook apart from the next."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError
from nbformat import NotebookNode
from papermill.exceptions import PapermillException

from govnb.batch.engine import GovnbEngine, ReadableTranslator
from govnb.batch.environment import SETTINGS
from govnb.batch.job import Job
from govnb.batch.outcome import Outcome
from govnb.batch.run import execute as execute_job
from govnb.batch.workers import Local
from tests.batch.years import COMMAND, ROOT, alive, wait_for, write_notebook

pytestmark = pytest.mark.slow

# Each cell with what it tries; together they went through a stock kernel and this engine.
CELLS = {
    "a value": "x = 1\nx",
    "both streams and a value": "import sys\nprint('a')\nprint('b', file=sys.stderr)\n3",
    "a display that is changed later": (
        "from IPython.display import HTML, clear_output, display\n"
        "handle = display('first', display_id='d')\ndisplay(HTML('<b>x</b>'))"
    ),
    "the change, and cleared output": (
        "handle.update('second')\nprint('x')\nclear_output()\nprint('y')\n"
        "clear_output(wait=True)\nprint('z')"
    ),
    "await": "import asyncio\nawait asyncio.sleep(0.01)\n'awaited'",
    "a context that lasts": "import decimal\ndecimal.getcontext().prec = 5\ndecimal.Decimal(1) / 3",
    "and is still there": "decimal.Decimal(1) / 3",
    "a running loop": "asyncio.get_running_loop().is_running()",
    "what a subprocess prints": "import os, time\nos.system('echo sub')\ntime.sleep(0.5)",
    "a shell line": "!echo shell",
    "a bash cell": "%%bash\necho bash",
    "a magic": "%precision 3\n1/3",
    "a frame": "import pandas as pd\npd.DataFrame({'a': [1, 2], 'b': ['甲', '乙']})",
    "a figure": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('t');",
    "the backend": "plt.get_backend(), plt.get_fignums()",
    "inline by magic": "%matplotlib inline\nfigure = plt.figure()\n1",
    "input": "input('q')",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "a log line": "import logging\nlogging.warning('log')",
    "who runs this": (
        "type(get_ipython()).__name__, __name__, 'IPKernelApp' in get_ipython().config"
    ),
    "history": "In[1], Out[1], _i",
    "a bundle of our own": (
        "class Own:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
        "        return {'text/plain': 'own', 'application/vnd.x+json': {'t': (1, 2), 3: 4}}\nOwn()"
    ),
    "a display that fails": (
        "class Bad:\n    def _repr_html_(self): raise ValueError('bad')\n"
        "    def __repr__(self): return 'Bad'\nBad()"
    ),
    "a thread": (
        "import threading\nt = threading.Thread(target=lambda: print('from a thread'))\n"
        "t.start()\nt.join()"
    ),
    "captured output": "%%capture captured\nprint('hidden')",
    "what was captured": "captured.stdout",
    "the environment": (
        "[os.environ.get(n) for n in ('MPLBACKEND', 'TERM', 'FORCE_COLOR', 'PAGER')]"
    ),
    "where it runs": "os.getcwd(), sys.argv[1:2], '' in sys.path",
    "help": "?len",
    "pickling": "import pickle\nclass P: pass\npickle.loads(pickle.dumps(P())).__class__ is P",
    "leaving": "sys.exit(0)",
    "an error inside an error": (
        "def deep(): raise KeyError('深')\ntry:\n    deep()\n"
        "except KeyError as error:\n    raise RuntimeError('outer') from error"
    ),
    "wrong syntax": "1 +",
    "words": "print('中文', '😀')",
}


def notebook_of(sources: Sequence[str], **metadata: Any) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(source, metadata=metadata) for source in sources]
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata.kernelspec = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    return notebook


def execute(
    notebook: NotebookNode | str, engine: str | None = "govnb", **options: Any
) -> NotebookNode:
    executed: NotebookNode = papermill.execute_notebook(
        notebook, None, engine_name=engine, progress_bar=False, **options
    )
    return executed


def run_cells(*sources: str, engine: str = "govnb", **options: Any) -> list[Any]:
    """Return what each cell shows as text."""
    shown: list[Any] = []
    for cell in execute(notebook_of(sources), engine, **options).cells:
        outputs = [o.get("text") or o.get("data", {}).get("text/plain") for o in cell.outputs]
        shown.append(outputs[0] if len(outputs) == 1 else outputs)
    return shown


def comparable(outputs: Sequence[NotebookNode]) -> list[str]:
    """Return outputs as text, without what differs between any two runs."""
    merged: list[dict[str, Any]] = []
    for output in outputs:
        plain = json.loads(json.dumps(output))
        # How printed text is cut into pieces is a matter of timing.
        if merged and plain["output_type"] == "stream" and merged[-1].get("name") == plain["name"]:
            merged[-1]["text"] += plain["text"]
        else:
            merged.append(plain)
    told = [json.dumps(output, ensure_ascii=False, sort_keys=True) for output in merged]
    return [re.sub(r"0x[0-9a-f]{6,}", "0x", re.sub(r"ipykernel_\d+", "ipykernel", t)) for t in told]


def assert_equal(one: NotebookNode, other: NotebookNode) -> None:
    assert len(one.cells) == len(other.cells)
    for left, right in zip(one.cells, other.cells, strict=True):
        assert left.source == right.source
        if left.cell_type == "code":
            assert left.execution_count == right.execution_count, left.source
            assert comparable(left.outputs) == comparable(right.outputs), left.source
    for key in ("kernelspec", "language_info"):
        assert one.metadata[key] == other.metadata[key]


def papermill_command(path: Path, engine: str | None, *arguments: str) -> tuple[NotebookNode, str]:
    """Run a notebook as people do; return it as it was written, and what papermill said."""
    out = path.with_name(f"{engine or 'stock'}.ipynb")
    command = [str(Path(sys.executable).with_name("papermill")), str(path), str(out), *arguments]
    if engine:
        command += ["--engine", engine]
    # In pytest a stock kernel leaves out what subprocesses print.
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
    command.append("--no-progress-bar")
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return nbformat.read(out, as_version=4), done.stdout + done.stderr


def in_a_worker(job: Job) -> Outcome:
    """Run a notebook in a worker; return what each cell shows as text."""
    cells = execute_job(job).cells
    shown = [cell.outputs and cell.outputs[0]["data"]["text/plain"] for cell in cells]
    return Outcome(job.department, row={"shown": shown})


class Folder:
    """A folder with a notebook, for workers to run it in."""

    def __init__(self, path: Path, *sources: str) -> None:
        # The parameters stand in the first cell.
        write_notebook(path / "notebooks" / "some.ipynb", ["", *sources])
        self.job = Job(2016, "some", path / "params", notebook="some.ipynb")

    def run(self, workers: Local) -> list[str]:
        """Run it and return what each cell shows as text."""
        outcome = workers.run(self.job, task=in_a_worker)
        assert outcome.failure is None, outcome.failure
        # The first two are the parameters.
        shown: list[str] = outcome.row["shown"][2:]
        return shown


def test_every_cell_shows_what_it_shows_on_a_stock_kernel(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    write_notebook(path, CELLS.values(), tags=["raises-exception"])
    (stock, _), (ours, _) = (papermill_command(path, engine) for engine in ("kernel", "govnb"))
    assert_equal(stock, ours)
    again, _ = papermill_command(path, "govnb")
    for one, other in zip(ours.cells, again.cells, strict=True):
        told = [re.sub(r"0x[0-9a-f]{6,}", "0x", json.dumps(c.get("outputs"))) for c in (one, other)]
        assert told[0] == told[1]


def test_the_report_shows_what_it_shows_on_a_stock_kernel(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    path.write_bytes((ROOT / "notebooks" / "department.ipynb").read_bytes())
    arguments = ["-p", "params_dir", str(ROOT / "params"), "-p", "outputs_dir", ""]
    stock, ours = (papermill_command(path, engine, *arguments)[0] for engine in (None, "govnb"))
    # Papermill alone writes the parameters its own way.
    for notebook in (stock, ours):
        del notebook.cells[1]
    assert_equal(stock, ours)


def test_a_widget_is_kept_with_its_state() -> None:
    source = "import ipywidgets\nipywidgets.IntSlider(value=7, description='几')"
    stock, ours = (execute(notebook_of([source]), engine) for engine in ("kernel", "govnb"))
    kind = "application/vnd.jupyter.widget-state+json"
    for notebook in (stock, ours):
        (shown,) = notebook.cells[0].outputs
        state = notebook.metadata.widgets[kind]["state"]
        model = shown.data["application/vnd.jupyter.widget-view+json"]["model_id"]
        assert state[model]["state"]["value"] == 7
        assert sorted(s["model_name"] for s in state.values()) == [
            "IntSliderModel", "LayoutModel", "SliderStyleModel",
        ]  # fmt: skip


def test_what_one_notebook_changes_never_reaches_another(tmp_path: Path) -> None:
    change = (
        "import os, sys, locale\nimport pandas as pd, matplotlib as mpl, matplotlib.pyplot as plt\n"
        "import builtins, random, numpy\n"
        "mpl.rcParams['font.size'] = 77\npd.set_option('display.max_rows', 3)\nplt.figure()\n"
        "os.environ['LEFT'] = 'behind'\nos.chdir('/')\nsys.path.append('/left')\n"
        "builtins.left = 1\nglobals()['left'] = 2\n1"
    )
    look = (
        "import json, os, sys, builtins\nimport pandas as pd\n"
        "import matplotlib as mpl, matplotlib.pyplot as plt\n"
        "import random, numpy\n"
        # As one line of text: a long list is shown in several, by the width of the terminal.
        "json.dumps([mpl.rcParams['font.size'], pd.get_option('display.max_rows'),"
        " plt.get_fignums(), 'LEFT' in os.environ, os.getcwd(), '/left' in sys.path,"
        " hasattr(builtins, 'left'), 'left' in globals()])"
    )
    chance = "import random, numpy\nrandom.random(), numpy.random.random()"
    changing = Folder(tmp_path / "one", change, look)
    looking = Folder(tmp_path / "two", look, chance)
    with Local(1, None) as workers:
        first = changing.run(workers)
        second, third = looking.run(workers), looking.run(workers)
    assert first[1] != second[0]
    assert second[0] == third[0]
    fresh = [10.0, 60, [], False, os.getcwd(), False, False, False]
    assert json.loads(ast.literal_eval(second[0])) == fresh
    # Forked from the same process, yet not with the same dice.
    assert second[1] != third[1]


def test_a_notebook_run_in_papermills_own_process_leaves_it_as_it_was(tmp_path: Path) -> None:
    """Its folder above all: papermill writes the notebook, by a relative path maybe."""

    def state() -> list[Any]:
        mine = [os.getcwd(), sys.stdout, sys.stderr, sys.stdin, sys.path[:], sys.argv, input]
        return [*mine, sys.modules["__main__"], logging.root.level, logging.root.handlers[:]]

    before = state()
    change = (
        "import logging, os, sys\nos.chdir('/')\nsys.path.append('/left')\nsys.argv.append('x')\n"
        "logging.basicConfig(level='DEBUG')\nlogging.debug('noted')\nkept = 1"
    )
    look = "kept, os.getcwd(), sys.path[-1], sys.argv[-1]"
    first, second = execute(notebook_of([change, look])).cells
    assert first.outputs[0].text == "DEBUG:root:noted\n"
    assert second.outputs[0].data["text/plain"] == "(1, '/', '/left', 'x')"
    assert state() == before
    # And the next begins anew, its figures shown whatever was drawn in the process before.
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.close(plt.figure())
    drawn = "import matplotlib.pyplot as plt\nplt.plot([1]);"
    for _ in range(2):
        new, shown = execute(notebook_of(["'kept' in globals()", drawn])).cells
        assert new.outputs[0].data["text/plain"] == "False"
        assert "image/png" in shown.outputs[-1].data


def test_a_worker_leads_its_group_and_the_server_it_comes_from_has_one_thread(
    tmp_path: Path,
) -> None:
    look = "import os\nlen(os.listdir(f'/proc/{os.getppid()}/task')), os.getpgid(0) == os.getpid()"
    with Local(1, None) as workers:
        assert Folder(tmp_path, look).run(workers) == ["(1, True)"]


def test_getting_warm_for_every_format_starts_no_thread() -> None:
    """A thread of the fork server would be missing in every worker, which would wait for it."""
    look = (
        "import os\nfrom pathlib import Path\nfrom govnb.batch import preload\n"
        "preload.warm_up(Path('params'), ('html', 'pdf', 'docx'))\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = os.environ | SETTINGS
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.stdout == "1\n", done.stderr


def test_getting_warm_builds_no_grammar_of_addresses_but_a_cell_may() -> None:
    """jsonschema would: as dear as all else that is loaded, and no notebook is held to it."""
    look = (
        "import sys\nfrom govnb.batch import preload\npreload.warm_up()\n"
        "assert 'nbformat' in sys.modules\n"
        "print([name for name in sys.modules if name.startswith('rfc3987')])\n"
        "from importlib.util import find_spec\nfind_spec('rfc3987_syntax')"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "[]\n", done.stderr


def test_getting_warm_makes_whole_reports(tmp_path: Path) -> None:
    # What goes wrong there is kept silent, and would only make every worker slower.
    from govnb.batch import preload

    for number in range(2):
        preload._rehearse(ROOT / "params", tmp_path, number, ["json", "html"])


def test_no_port_is_opened(tmp_path: Path) -> None:
    look = (
        "import os\ninodes = {os.readlink(f'/proc/self/fd/{f}')[8:-1]"
        " for f in os.listdir('/proc/self/fd') if os.path.exists(f'/proc/self/fd/{f}')"
        " and os.readlink(f'/proc/self/fd/{f}').startswith('socket:')}\n"
        "rows = [l.split() for n in ('tcp', 'tcp6')"
        " for l in open(f'/proc/self/net/{n}').readlines()[1:]]\n"
        "[r for r in rows if r[9] in inodes]"
    )
    with Local(1, None) as workers:
        assert Folder(tmp_path, look).run(workers) == ["[]"]


def test_a_cell_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    source = (
        "import pathlib, subprocess, time\nchild = subprocess.Popen(['sleep', '1000'])\n"
        f"pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(child.pid))\n"
        # What a patient program says of itself doesn't count.
        "while True:\n    try:\n        time.sleep(1000)\n    except Exception:\n        pass"
    )
    start = time.monotonic()
    with pytest.raises(CellTimeoutError):
        run_cells("1", source, execution_timeout=3)
    assert time.monotonic() - start < 60
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not alive(pid))
    with pytest.raises(CellTimeoutError):
        run_cells("import asyncio\nawait asyncio.sleep(1000)", execution_timeout=1)


def test_an_interrupt_ends_the_cell_and_keeps_the_notebook(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    write_notebook(path, ["", "print('here')\nimport os, signal\nos.kill(os.getpid(), 2)", "2"])
    executed, said = papermill_command(path, "govnb")
    assert "KeyboardInterrupt" in said
    assert [c.execution_count for c in executed.cells if c.cell_type == "code"] == [None, 1, None]


def test_a_fork_server_that_is_killed_is_started_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path, "import os\nos.getppid()")
    with Local(1, None) as workers:
        (server,) = folder.run(workers)
        os.kill(int(server), signal.SIGKILL)
        wait_for(lambda: not alive(int(server)))
        (other,) = folder.run(workers)
    assert server != other


def test_a_worker_whose_fork_server_is_killed_is_run_again(tmp_path: Path) -> None:
    first = tmp_path / "first"
    kill = (
        f"import os, pathlib, time\nif not pathlib.Path({str(first)!r}).exists():\n"
        f"    pathlib.Path({str(first)!r}).write_text('')\n    os.kill(os.getppid(), 9)\n"
        "    time.sleep(1000)\n'again'"
    )
    with Local(1, None) as workers:
        assert Folder(tmp_path, kill).run(workers) == ["'again'"]


@pytest.mark.parametrize("code", [3, 255])
def test_a_cell_that_leaves_its_process_is_run_once_and_told_of(tmp_path: Path, code: int) -> None:
    said = tmp_path / "said"
    cell = f"import os\nopen({str(said)!r}, 'a').write('x')\nos._exit({code})"
    with Local(1, None) as workers:
        failure = workers.run(Folder(tmp_path, cell).job).failure
    assert failure is not None
    assert (failure.reason, failure.source) == (f"进程自行退出（退出码 {code}）", cell)
    assert said.read_text() == "x"


def test_a_cell_that_leaves_papermills_own_process_doesnt_take_it_along(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    child = "import os\nif not (pid := os.fork()):\n    os._exit(7)\nos.waitpid(pid, 0)[1] >> 8"
    write_notebook(path, ["", child, "os._exit(3)", "2"])
    executed, said = papermill_command(path, "govnb")
    assert "第 3 格自行结束了进程（退出码 3）" in said
    counts = [c.execution_count for c in executed.cells if c.cell_type == "code"]
    assert counts == [None, 1, None, None]
    assert executed.cells[-3].outputs[0].data["text/plain"] == "7"


def test_a_long_name_of_the_folder_for_temporary_files_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / "很长的文件夹名称" / ("长" * 30)
    long.mkdir(parents=True)
    arguments = [*COMMAND, "run", "2016", "junshan-zwfw", "--to", "html"]
    done = subprocess.run(
        [*arguments, "--outputs", str(tmp_path / "out")],
        cwd=ROOT, env=os.environ | {"TMPDIR": str(long)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_wrong_input_shows_the_faults_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    raising = (
        "from govnb.text.faults import Fault, FaultsError, Place\n"
        "raise FaultsError([Fault(Place('a.yml', 3, 7), '含全角字符', '写 12')])"
    )
    write_notebook(path, [raising])
    for engine in ("govnb", "kernel"):
        executed, _ = papermill_command(path, engine)
        (output,) = [o for c in executed.cells for o in c.get("outputs", [])]
        assert output.traceback[1:] == ["a.yml:3:7: 含全角字符（写 12）"]


@pytest.mark.parametrize("engine", ["govnb", "kernel"])
def test_parameters_can_be_read_in_the_executed_notebook(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "in.ipynb"
    write_notebook(path, ["text = ''\nmore = {}", "text, more"])
    given = {"text": '三公"经费"\\\n\t😀\u202e', "more": {"名称": ["甲", 1, None, True, 1.5]}}
    executed = execute(str(path), engine, parameters=given)
    source = executed.cells[1].source
    assert "三公" in source and '"名称": ["甲", 1, None, True, 1.5]' in source
    assert "\\u202e" in source
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    assert {name: namespace[name] for name in given} == given
    assert executed.cells[1].id == "injected-parameters"


def test_every_text_comes_through_translation() -> None:
    for text in (
        "",
        "'",
        '"',
        "\\",
        "\n",
        "\0",
        "\u2028",
        "\U000e0001",
        "{{ 名称 }}",
        "𠮷",
        "\ud800",
    ):
        assert eval(ReadableTranslator.translate(text)) == text


def test_a_notebook_in_another_language_is_refused() -> None:
    notebook = notebook_of(["1"])
    notebook.metadata.kernelspec.language = "R"
    notebook.metadata.papermill = {}
    for cell in notebook.cells:
        cell.metadata.papermill = {}
    with pytest.raises(PapermillException, match="只运行 Python"):
        GovnbEngine.execute_notebook(notebook, "ir", progress_bar=False)


def test_stock_papermill_finds_the_engine_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "in.ipynb"
    write_notebook(path, ["n = 1", "print('得', n + 1)"])
    executed, said = papermill_command(path, "govnb", "-p", "n", "41", "--log-output")
    assert "得 42" in said
    nbformat.validate(executed)
    assert executed.cells[2].outputs[0].text == "得 42\n"
    assert executed.cells[2].metadata.papermill.status == "completed"


def test_the_engine_can_be_imported_first_or_after_papermill() -> None:
    for first in ("govnb.batch.engine", "papermill"):
        code = (
            f"import {first}\nimport papermill.engines as e, govnb.batch.engine as g\n"
            "assert e.papermill_engines.get_engine('govnb') is g.GovnbEngine"
        )
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
