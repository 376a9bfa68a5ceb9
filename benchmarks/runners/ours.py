"""Our engine.  usage: python -m benchmarks.runners.ours (people to prepare) [whole].

whole: also what stays at zero is solved, as the peers must.
"""

import sys

import numpy as np
from benchmarks.problem import OUTPUTS, problem
from benchmarks.runners.serve import serve


def main() -> None:
    """Prepare and serve."""
    import llvmlite
    import numba

    from resynapse.engine import Ensemble, Settings
    from resynapse.engine import ensemble as engine
    from resynapse.notation import units

    engine.WORTH = np.inf if sys.argv[2:] == ["whole"] else 0.0
    of = problem(int(sys.argv[1]))
    ensemble = Ensemble.of(of.system, tell=lambda text: None)
    factors = np.array([units.factor(of.system.units[o]) for o in OUTPUTS])

    def solve(n: int, rtol: float, atol: float) -> np.ndarray:
        sol = ensemble.run(n, of.of(n), of.schedule(n), of.times, OUTPUTS, Settings(rtol=rtol, atol=atol, threads=2))
        return np.stack([sol.values[o] for o in OUTPUTS], 2) * factors

    serve(solve, {"numba": numba.__version__, "llvmlite": llvmlite.__version__, "numpy": np.__version__})


if __name__ == "__main__":
    main()
