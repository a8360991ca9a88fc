"""A job: one notebook to run, and how its report is to come out.

Light on purpose: a batch that finds nothing to do must not wait for the libraries that
run notebooks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from govnb.sheet.folder import ALL, PUBLIC, TRIAL

FORMATS = ("html", "pdf", "docx")
DISTRICT = "district"


@dataclass(frozen=True)
class Job:
    """What to run: one department's year, and how its report is to come out."""

    year: int
    department: str
    params_dir: Path = Path("params")
    outputs_dir: Path | str = Path("outputs")
    formats: tuple[str, ...] = ("html", "pdf")
    edition: str = "review"
    overrides: Mapping[str, str] = field(default_factory=dict)
    engine: str | None = None
    notebook: str = "department.ipynb"
    # Whether the list of all figures is on paper too.
    with_figures: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        """The notebook's parameters; the runner writes the files, so outputs_dir is empty."""
        if self.department == DISTRICT:
            # It reads what the departments' runs wrote, and its links begin where it will lie.
            page = self.output("html").parent
            return {"year": self.year, "outputs_dir": str(self.outputs_dir), "page_dir": str(page)}
        return {
            "year": self.year,
            "department": self.department,
            "params_dir": self.params_dir.as_posix(),
            "outputs_dir": "",
            "edition": self.edition,
            "overrides": dict(self.overrides),
        }

    @property
    def is_public(self) -> bool:
        """Whether it is the edition for publication: papers only, apart from the year's page."""
        return self.edition == "publish"

    def output(self, extension: str) -> Path:
        """Return the file an output goes to."""
        return Path(self.outputs_dir) / str(self.year) / self.file(extension)

    def file(self, extension: str) -> str:
        """Return that file's name in the year's folder; only the review edition has the plain."""
        trial = TRIAL if self.overrides else ""
        return f"{stem_of(self.department, self.edition)}{trial}.{extension}"

    def as_dict(self) -> dict[str, Any]:
        """Return the job as plain values, to be sent to another process."""
        plain = asdict(self) | {"overrides": dict(self.overrides)}
        return plain | {"params_dir": str(self.params_dir), "outputs_dir": str(self.outputs_dir)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Job:
        """Return the job that :meth:`as_dict` described."""
        return cls(
            **{
                **plain,
                "params_dir": Path(plain["params_dir"]),
                "formats": tuple(plain["formats"]),
            }
        )


def stem_of(department: str, edition: str) -> str:
    """Return what a department's files in an edition are called, in the year's folder."""
    if department == DISTRICT:
        return f"{ALL}/{DISTRICT}"
    return department + (PUBLIC if edition == "publish" else "")


def checked_formats(text: str) -> tuple[str, ...]:
    """Return the formats in `html,pdf`, refusing what isn't one.

    Raises
    ------
    ValueError
        Naming the formats there are.
    """
    names: Sequence[str] = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise ValueError(f"没有“{'、'.join(unknown) or text}”这种格式；可用：{'、'.join(FORMATS)}")
    return tuple(dict.fromkeys(names))
