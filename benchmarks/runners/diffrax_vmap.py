"""diffrax on the processor in double precision: vmap over people, scan over intervals, two halves in two threads.

usage: python diffrax_vmap.py FOLDER Tsit5 | Kvaerno5
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
sys.path[:0] = [str(folder), str(Path(__file__).parent)]
import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)
if os.environ.get("BENCHMARK_CACHE"):
    jax.config.update("jax_compilation_cache_dir", os.environ["BENCHMARK_CACHE"] + "/jax")
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
import diffrax  # noqa: E402
import for_jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from serve import halves, serve  # noqa: E402

data = np.load(folder / "problem.npz")
edges, times = data["edges"], data["times"]
inside = [times[(times > a) & (times <= b)] for a, b in zip(edges[:-1], edges[1:], strict=True)]
most = max(x.size for x in inside)
padded = np.stack([np.r_[x, np.full(most - x.size, b)] for x, b in zip(inside, edges[1:], strict=True)])
term = diffrax.ODETerm(lambda t, y, args: for_jax.slopes(t, y, *args))
solver = getattr(diffrax, sys.argv[2])()


def person(p: jax.Array, y0: jax.Array, u: jax.Array, tolerance: jax.Array) -> jax.Array:
    """Solve one person -> (intervals, padded visits, outputs)."""
    control = diffrax.PIDController(rtol=tolerance[0], atol=tolerance[1])

    def interval(y: jax.Array, s: tuple) -> tuple:
        t0, t1, level, ts = s
        save = diffrax.SaveAt(ts=ts, t1=True)
        sol = diffrax.diffeqsolve(term, solver, t0, t1, 0.01, y, (p, level), saveat=save, stepsize_controller=control, max_steps=100_000)
        seen = jax.vmap(lambda x: for_jax.observe(x, p, level))(sol.ys[:-1])
        return sol.ys[-1], seen

    return jax.lax.scan(interval, y0, (edges[:-1], edges[1:], u, padded))[1]


many = jax.jit(jax.vmap(person, in_axes=(0, 0, 0, None)))


def main() -> None:
    """Serve.  A number of people not seen before compiles anew; the contest solves each number once before it counts."""
    hands = ThreadPoolExecutor(2)

    def part(who: np.ndarray, tolerance: np.ndarray) -> np.ndarray:
        out = np.asarray(many(data["columns"][who], data["starts"][who], data["levels"][who], jnp.asarray(tolerance)))
        return np.concatenate([out[:, s, : x.size] for s, x in enumerate(inside)], 1)

    def solve(n: int, rtol: float, atol: float) -> np.ndarray:
        tolerance = np.array([rtol, atol])
        return np.concatenate(list(hands.map(lambda who: part(who, tolerance), halves(n))))

    serve(solve, {"diffrax": diffrax.__version__, "jax": jax.__version__})


if __name__ == "__main__":
    main()
