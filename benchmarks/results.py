"""RESULTS.md: each benchmark replaces its own part and leaves the others alone; machine, versions and date stand in each part."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

FILE = Path(__file__).parent / "RESULTS.md"
HEAD = "# Results of the benchmarks\n\n"
HEAD += "Written by `python -m benchmarks peers`, `scale` and `ceiling`. Trust ratios of one run, not digits.\n"
PARTS = ("peers", "scale", "ceiling")


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines)


def machine() -> str:
    """Return the machine, the moment and how busy it is, in one sentence."""
    import llvmlite
    import numba
    import numpy
    import scipy

    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    now, load = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), ", ".join(f"{x:.1f}" for x in os.getloadavg())
    versions = f"numpy {numpy.__version__}, scipy {scipy.__version__}, numba {numba.__version__}, llvmlite {llvmlite.__version__}"
    return (
        f"{now}; {name}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()}, Python {platform.python_version()}, {versions}. "
        f"Load averages at the end (1, 5, 15 minutes): {load}; above {os.cpu_count()} the cores were shared with other work."
    )


def write(part: str, text: str) -> None:
    """Replace one part of the file, whole or not at all."""
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    kept = {}
    for name in PARTS:
        _, begun, rest = old.partition(f"<!-- {name} -->\n")
        if begun:
            kept[name] = rest.partition("<!-- end -->")[0]
    kept[part] = text.strip() + "\n"
    body = "\n".join(f"<!-- {name} -->\n{kept[name]}<!-- end -->\n" for name in PARTS if name in kept)
    temporary = FILE.with_suffix(".tmp")
    temporary.write_text(f"{HEAD}\n{body}", encoding="utf-8")
    os.replace(temporary, FILE)
    print(f"wrote {FILE}", flush=True)
