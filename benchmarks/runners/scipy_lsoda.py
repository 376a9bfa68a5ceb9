"""SciPy's LSODA with a right-hand side compiled by numba, one call per interval between events, one process per core.

usage: python scipy_lsoda.py FOLDER odeint | solve_ivp
"""

import multiprocessing
import sys
import warnings
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
driver = sys.argv[2]
sys.path[:0] = [str(folder), str(Path(__file__).parent)]
import for_numba  # noqa: E402
import scipy  # noqa: E402
from scipy.integrate import odeint, solve_ivp  # noqa: E402
from serve import serve  # noqa: E402

data = np.load(folder / "problem.npz")
columns, starts, levels, edges, times = (data[k] for k in ("columns", "starts", "levels", "edges", "times"))
warnings.simplefilter("ignore")


def interval(t0: float, t1: float, y: np.ndarray, at: np.ndarray, who: tuple) -> np.ndarray:
    """Return states (visits + 1, NS): at the visits inside and at the end."""
    i, s, rtol, atol = who
    args = (columns[i], levels[i, s])
    wanted = np.unique(np.r_[at, t1])
    if driver == "odeint":
        points = np.r_[t0, wanted]
        found, told = odeint(for_numba.slopes, y, points, args, tfirst=True, rtol=rtol, atol=atol, mxstep=200_000, full_output=True)
        if told["message"] != "Integration successful.":
            raise RuntimeError(told["message"])
        return found[1:]
    sol = solve_ivp(for_numba.slopes, (t0, t1), y, method="LSODA", t_eval=wanted, args=args, rtol=rtol, atol=atol)
    if not sol.success:
        raise RuntimeError(sol.message)
    return sol.y.T


def person(who: tuple[int, float, float]) -> np.ndarray:
    """Solve one person -> (visits, outputs)."""
    i, rtol, atol = who
    y, rows = starts[i].copy(), []
    for s, (t0, t1) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        at = times[(times > t0) & (times <= t1)]
        found = interval(t0, t1, y, at, (i, s, rtol, atol))
        rows += [for_numba.observe(row, columns[i], levels[i, s]) for row in found[: at.size]]
        y = found[-1]
    return np.array(rows)


def main() -> None:
    """Compile, start the processes, serve."""
    import numba

    person((0, 1e-4, 1e-6))
    with multiprocessing.get_context("fork").Pool(2) as pool:

        def solve(n: int, rtol: float, atol: float) -> np.ndarray:
            return np.array(pool.map(person, [(i, rtol, atol) for i in range(n)], chunksize=max(1, min(8, n // 4))))

        serve(solve, {"scipy": scipy.__version__, "numba": numba.__version__})


if __name__ == "__main__":
    main()
