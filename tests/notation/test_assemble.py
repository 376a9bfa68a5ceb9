"""Assembly: names are resolved, two instances live side by side, and every mistake is refused by place with the closest name."""

import pytest

from resynapse.notation import (
    Mechanism,
    NotationError,
    assemble,
    event,
    given,
    observation,
    param,
    pos,
    power,
    quantity,
    state,
    table,
    where,
)


class Depot(Mechanism):
    """A depot."""

    ka = param(2.0, "1/h", "uptake", (0.1, 10), "assumed")
    size = param(3.0, "L", "volume", (1, 10), "assumed")
    noise = param(0.1, "1", "error", (0, 1), "assumed")
    feed = given("µmol/h", "inflow")

    @state("µmol")
    def d_depot(self, depot, feed): return feed - self.ka * depot

    @quantity("µmol/h")
    def flow(self, depot): return self.ka * depot

    @observation("µM", proportional=noise)
    def level(self, depot): return depot / self.size

    empty = event(d_depot, "set", 0.0, "the depot is emptied")


class Tank(Mechanism):
    """Reads a flow."""

    ke = param(0.5, "1/h", "loss", (0.1, 1), "assumed")

    @state("µmol", start=0.5)
    def d_tank(self, flow, tank): return flow - self.ke * tank


def test_own_prefix_first_then_bare():
    both = assemble([Depot("s"), Depot("r", values={"ka": param(1.0, "1/h", "uptake", (0.1, 10), "assumed")}), Tank("s"), Tank("r")])
    assert list(both.states) == ["s_depot", "r_depot", "s_tank", "r_tank"]
    assert both.equations["d_s_tank"].arguments == {"flow": "s_flow", "tank": "s_tank"}
    assert both.params["r_ka"].value == 1.0
    bare = assemble([Depot(), Tank("s")])
    assert bare.equations["d_s_tank"].arguments["flow"] == "flow"


def test_like_shares_parameters_but_for_values():
    first = Depot("s")
    shared = assemble([first, Depot("r", like=first, values={"ka": param(1.0, "1/h", "uptake", (0.1, 10), "assumed")})])
    assert set(shared.params) == {"s_ka", "s_size", "s_noise", "r_ka"}
    assert dict(shared.statements)["r_level"] == "r_depot / s_size"


def test_reading_by_reference():
    source = Depot("s")
    wired = assemble([source, Tank("x", reads={"flow": source.flow})])
    assert wired.equations["d_x_tank"].arguments["flow"] == "s_flow"


def test_observations_and_events_carry_their_own():
    made = assemble([Depot("s")])
    assert made.observations["s_level"].proportional == "s_noise"
    assert (made.events["s_empty"].state, made.events["s_empty"].act, made.events["s_empty"].unit) == ("s_depot", "set", "µmol")


def test_quantities_come_before_their_readers():
    order = [name for name, _ in assemble([Tank(), Depot()]).statements]
    assert order.index("flow") < order.index("d_tank")


class Bad(Mechanism):
    """Equations that must be refused, one at a time."""

    k = param(1.0, "1", "number", (0, 2), "assumed")

    @quantity("1")
    def misspelt(self, dpot): return self.k * dpot

    @quantity("1")
    def unknown_parameter(self): return self.kk

    @quantity("1")
    def idle(self, depot): return self.k

    @quantity("1")
    def call(self, depot): return max(depot, self.k)

    @quantity("1")
    def root(self, depot): return depot**0.5

    @quantity("1")
    def branch(self, depot):
        if depot > 1:
            return depot
        return self.k

    @quantity("1")
    def twice(self, depot):
        a = depot
        a = a * self.k
        return a

    @quantity("1")
    def equal(self, depot): return where(depot == 1, depot, self.k)

    @quantity("1")
    def short(self, depot): return power(depot)

    @quantity("1")
    def falling(self, depot): return table(depot, (0, 2, -1.0), (0, 1, 2))

    @quantity("1")
    def uneven(self, depot): return table(depot, (0, 1), (self.k,))

    @quantity("1")
    def word(self, depot): return depot * True


def only(name):
    keep = {"k": Bad.k, name: vars(Bad)[name], "__doc__": "One."}
    return type("Bad", (Mechanism,), keep)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("misspelt", r"test_assemble.py:\d+ Bad.misspelt: reads 'dpot', which no mechanism gives. Did you mean 'depot'\?"),
        ("unknown_parameter", r"reads 'self.kk', which is not a parameter of Bad. Did you mean 'k'\?"),
        ("idle", r"takes depot and never uses it"),
        ("call", r"'max' is not one of exp, log, sqrt, pos, power, where, minimum, maximum"),
        ("root", r"\*\* takes a whole number >= 2; for other exponents use power\(x, a\)"),
        ("branch", r"an equation is made of `name = expression` lines and one return"),
        ("twice", r"'a' is set twice"),
        ("equal", r"where\(...\) needs one comparison by > or <"),
        ("short", r"power takes 2 arguments"),
        ("falling", r"\(0, 2, -1.0\) does not ascend"),
        ("uneven", r"table\(x, at, values\) takes two tuples of one length"),
        ("word", r"True is not a number"),
    ],
)
def test_mistakes_in_equations_are_refused_by_line(name, said):
    with pytest.raises(NotationError, match=said):
        assemble([Depot(), only(name)()])


class Circle(Mechanism):
    """Two quantities that need each other."""

    @quantity("1")
    def a(self, b): return pos(b)

    @quantity("1")
    def b(self, a): return a + 1


def test_circles_are_named():
    with pytest.raises(NotationError, match="circular: a -> b -> a. Make one of them a state"):
        assemble([Circle()])


def test_duplicates_and_reserved_names_are_refused():
    with pytest.raises(NotationError, match="'ka' is already given by Depot.ka. Give one of them a prefix"):
        assemble([Depot(), Depot()])
    reserved = type("Reserved", (Mechanism,), {"exp": param(1.0, "1", "x", (0, 2), "assumed"), "__doc__": "x"})
    with pytest.raises(NotationError, match="'exp' is reserved"):
        assemble([reserved()])


def test_units_and_ranges_are_checked():
    for unit, said in (("", "has no unit"), ("parsec/zz", "is not a unit that can be read")):
        wrong = type("Wrong", (Mechanism,), {"x": param(1.0, unit, "x", (0, 2), "assumed"), "__doc__": "x"})
        with pytest.raises(NotationError, match=said):
            assemble([wrong()])
    outside = type("Outside", (Mechanism,), {"x": param(3.0, "1", "x", (0, 2), "assumed"), "__doc__": "x"})
    with pytest.raises(NotationError, match="3.0 lies outside its range"):
        assemble([outside()])


def test_unknown_values_and_order_of_like():
    with pytest.raises(NotationError, match="values has 'kaa', which is not a parameter. Did you mean 'ka'"):
        assemble([Depot(values={"kaa": param(1.0, "1/h", "x", (0, 2), "assumed")})])
    with pytest.raises(NotationError, match="list the instance that it is like before it"):
        assemble([Depot("r", like=Depot("s"))])
