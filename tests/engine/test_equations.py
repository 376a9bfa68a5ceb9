"""From expression text to numbers: folding, derivatives, elimination, guards; and the whole against the twin."""

import ast
import math

import numpy as np
import pytest
from conftest import TIGHT

from resynapse.engine import Ensemble, Event, Schedule, Settings
from resynapse.engine.check import self_check, sensitivities
from resynapse.engine.derivative import partial
from resynapse.engine.factorise import eliminate
from resynapse.engine.fold import Fold, evaluate, fuse
from resynapse.notation import Mechanism, assemble, exp, given, log, param, pos, power, quantity, sqrt, state, table, where

EXPRESSIONS = [
    "x*y/(x + a)", "x**3 - y**2 + x**1", "x**-2", "exp(-a*x)*y", "log(x*y)", "sqrt(x + y)", "pos(x - y)", "pos(y - x)",
    "power(x, a)", "power(x, y)", "where(x - a, x*y, y**2)", "where(a - x, x*y, y**2)", "minimum(x*y, x)", "maximum(x*y, x)",
    "-x/-y", "1/(1 + exp(x - y))",
]  # fmt: skip


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_derivatives_against_differences(text):
    at, h = {"x": 1.3, "y": 0.7, "a": 1.7}, 1e-6
    for v in ("x", "y"):
        d = partial(ast.parse(text, mode="eval").body, v)
        exact = float(evaluate([("d", d or "0.0")], at)["d"])
        up, down = (float(evaluate([("f", text)], at | {v: at[v] + s})["f"]) for s in (h, -h))
        assert exact == pytest.approx((up - down) / (2 * h), abs=1e-8)


def test_jacobian_against_differences(zoo):
    low, rng = zoo.low, np.random.default_rng(2)
    values = {n: p.value for n, p in zoo.system.params.items()}
    env = evaluate(low.derived, values) | {"push": 0.1}
    for _ in range(5):
        y = dict(zip(low.states, rng.uniform(0.3, 1.4, 4), strict=True))

        def slopes(y):
            out = evaluate(low.slopes, env | y)
            return np.array([float(out["d_" + s]) for s in low.states])

        exact, got = np.zeros((4, 4)), evaluate(low.entries, env | y)
        for (i, j), name in low.jacobian.items():
            exact[i, j] = float(got[name])
        for j, s in enumerate(low.states):
            difference = (slopes(y | {s: y[s] + 1e-6}) - slopes(y | {s: y[s] - 1e-6})) / 2e-6
            np.testing.assert_allclose(exact[:, j], difference, atol=1e-8)


def test_fold_takes_out_what_depends_on_parameters():
    fold = Fold(["CL", "V"])
    assert fold.statement("k", "CL/V") is None
    assert fold.statement("d_x", "-CL/V*x + 2*3*x/V") == "-_k0 * x + _k2 * x" or "CL" not in fold.statement("d_y", "CL/V*x")
    assert evaluate(fold.derived.items(), {"CL": 10.0, "V": 5.0})["k"] == 2.0


@pytest.mark.parametrize(
    ("text", "fused"),
    [
        ("a*b + c", "_fma(a, b, c)"),
        ("c - a*b", "_fma(-a, b, c)"),
        ("a*b - c", "_fma(a, b, -c)"),
        ("a*b + c*d", "_fma(c, d, a * b)"),
        ("x + a*b - c*d", "_fma(-c, d, _fma(a, b, x))"),
        ("k*(a - b*c)/d + exp(a*b)", "k * _fma(-b, c, a) / d + exp(a * b)"),
    ],
)
def test_products_are_fused_with_sums(text, fused):
    assert fuse([("q", text)]) == (("q", fused),)
    values = dict(zip("abcdkx", (1.5, -2.25, 0.75, 4.0, 3.0, -0.5), strict=True))  # exact in every order
    assert evaluate([("q", fused)], values)["q"] == pytest.approx(evaluate([("q", text)], values)["q"], rel=1e-14)


def test_elimination_of_a_random_sparse_matrix():
    rng, n = np.random.default_rng(4), 12
    a = np.where(rng.uniform(size=(n, n)) < 0.2, rng.normal(size=(n, n)), 0.0) + np.diag(np.full(n, 8.0))
    plan = eliminate(zip(*np.nonzero(a), strict=True), n)
    m, b = a.copy(), rng.normal(size=n)
    x = b.copy()
    for p in plan.pivots:
        for i in p.below:
            f = m[i, p.at] / m[p.at, p.at]
            x[i] -= f * x[p.at]
            for j in p.right:
                assert (i, j) in plan.slots
                m[i, j] -= f * m[p.at, j]
    for p in reversed(plan.pivots):
        x[p.at] = (x[p.at] - sum(m[p.at, j] * x[j] for j in p.right)) / m[p.at, p.at]
    np.testing.assert_allclose(a @ x, b, atol=1e-12)


class Guards(Mechanism):
    """Reads every function at a held value."""

    a = param(0.5, "1", "exponent", (0, 5), "assumed")
    at = given("1", "where to look")

    @state("1")
    def d_held(self, held):
        return 0 * held

    @quantity("1")
    def powered(self, at):
        return power(at, self.a)

    @quantity("1")
    def rooted(self, at):
        return sqrt(at)

    @quantity("1")
    def cut(self, at):
        return pos(at)

    @quantity("1")
    def logged(self, at):
        return log(at)

    @quantity("1")
    def grown(self, at):
        return exp(at)

    @quantity("1")
    def chosen(self, at):
        return where(at > 0, 1.0, -1.0)

    @quantity("1")
    def cubed(self, at):
        return at**3

    @quantity("1")
    def tabled(self, at):
        return table(2 * at, (-1.0, 0.0, 0.5, 4.0), (3.0, self.a, 1.25, -2.0)) + table(at, (0, 1), (0, 1))


@pytest.fixture(scope="module")
def guards():
    return Ensemble.of(assemble([Guards()]))


def look(ens, points, name, **values):
    n = len(points)
    events = Schedule.of([Event(0.0, "at", "set", np.array(points, float))], n, ens.system)
    return ens.run(n, values, events, [1e-9], [name]).values[name][:, 0]


NEAR_ZERO = [-1.0, -1e-12, -5e-324, -0.0, 0.0, 5e-324, 1e-310, 2.3e-308, 1e-12, 1.0, 3.7]


def test_guards_near_zero(guards):
    x = np.array(NEAR_ZERO)
    low = x <= 0
    for name, exact in (("powered", np.sqrt(np.abs(x))), ("rooted", np.sqrt(np.abs(x))), ("cut", x)):
        got = look(guards, NEAR_ZERO, name)
        assert np.all(got[low] == 0.0)
        np.testing.assert_allclose(got[~low], exact[~low], rtol=2e-13)
    logged = look(guards, NEAR_ZERO, "logged")
    assert np.all(np.isnan(logged[low]))
    np.testing.assert_allclose(logged[~low], [math.log(v) for v in x[~low]], rtol=1e-15, atol=1e-16)
    assert np.array_equal(look(guards, NEAR_ZERO, "chosen"), np.where(x > 0, 1.0, -1.0))
    np.testing.assert_allclose(look(guards, NEAR_ZERO, "cubed"), x**3, rtol=1e-15)


def test_table_is_straight_between_its_points_and_flat_outside(guards):
    x = np.concatenate([np.linspace(-3, 3, 121), [-np.inf, np.inf, -0.5, 2.0]])
    exact = np.interp(2 * x, (-1, 0, 0.5, 4), (3, 0.7, 1.25, -2)) + np.interp(x, (0, 1), (0, 1))
    np.testing.assert_allclose(look(guards, np.clip(x, -1e300, 1e300), "tabled", a=0.7), exact, rtol=1e-14, atol=1e-14)


def test_exp_over_its_range(guards):
    x = np.concatenate([np.linspace(-700, 700, 4001), [-1e4, -745.0, 1e4]])
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(look(guards, x, "grown"), np.exp(x), rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("seed", range(4))
def test_ensemble_is_its_twin(zoo, zoo_twin, seed):
    """The zoo has kinks (where, pos, minimum); a step across one may err by 1e-6 unseen, whatever the tolerance."""
    rng = np.random.default_rng(seed)
    person = {"tau": rng.uniform(1, 8), "a": rng.uniform(1, 3), "target": rng.uniform(0.2, 1.5)}
    what = {"add": "x", "set": "x", "scale": "x", "infuse": "push", "reset": ""}
    acts = rng.choice(list(what), 7, p=[0.25, 0.2, 0.2, 0.3, 0.05])
    events = [Event(float(rng.integers(0, 8)), what[act], str(act), rng.uniform(0.1, 0.9), duration=2.0) for act in acts]
    times, outputs = [0.0, 1.0, 2.5, 5.0, 7.0, 20.0], ["x", "y", "z", "curve", "bent", "push", "start_level"]
    exact = zoo_twin.run(person, events, times, outputs)
    for settings, error in ((TIGHT, 1e-5), (Settings(), 1e-3)):
        sol = zoo.run(1, person, Schedule.of(events, 1, zoo.system), times, outputs, settings)
        for o in outputs:
            np.testing.assert_allclose(sol.values[o][0], exact[o], rtol=error, atol=error)


def test_self_check_reports_the_error(zoo, people):
    schedule = Schedule.of([Event(1.0, "x", "add", 0.5)], 37, zoo.system)
    report = self_check(zoo, people, schedule, [1.0, 5.0, 30.0], ["x", "y"])
    assert set(report) == {"x", "y"} and 0 < max(report.values()) < 1e-3


def test_sensitivities_against_the_twin(zoo, zoo_twin):
    events, times, person = [Event(1.0, "x", "add", 0.5)], [2.0, 6.0, 12.0], {"tau": 2.0, "a": 1.4, "target": 0.7}
    got = sensitivities(
        zoo, person, ["tau", "target"], Schedule.of(events, 2, zoo.system), times, ["x", "y"], Settings(rtol=1e-6, atol=1e-9)
    )
    for j, name in enumerate(("tau", "target")):
        h = 1e-4 * person[name]
        up, down = (zoo_twin.run(person | {name: person[name] + s}, events, times, ["x", "y"]) for s in (h, -h))
        for o in ("x", "y"):
            exact = (up[o] - down[o]) / (2 * h)
            assert np.max(np.abs(got[o][:, j] - exact)) < 1e-3 * np.max(np.abs(got[o]))
