"""The problem of the benchmarks follows the model: it can be set up and solved."""

import importlib.util
from pathlib import Path

import numpy as np

from resynapse.engine import Ensemble

spec = importlib.util.spec_from_file_location("problem", Path(__file__).resolve().parents[2] / "benchmarks" / "problem.py")
bench = importlib.util.module_from_spec(spec)
spec.loader.exec_module(bench)


def test_the_problem_of_the_benchmarks_can_be_solved():
    of = bench.problem(3)
    sol = Ensemble.of(of.system).run(3, of.of(3), of.schedule(3), of.times, bench.OUTPUTS)
    for name in bench.OUTPUTS:
        assert np.all(np.isfinite(sol.values[name])) and np.ptp(sol.values[name][:, -1]) > 0, name
