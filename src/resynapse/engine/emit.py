"""One model's machine code: its slopes, Jacobian, factorisation and quantities in lanes, and the method's step around them.

Four functions come out, for the ensemble loop of `kernel.py` to call; m is the (rows, lanes) memory laid out by `tables.layout`:
step(m, atol, rtol), observe(m, row of the states), between(m), take(m).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from llvmlite import ir

from resynapse.engine import rodas5p, tables
from resynapse.engine.factorise import Entry
from resynapse.engine.fold import Statement, names
from resynapse.engine.lower import Lowered
from resynapse.engine.vector import DOUBLE, WHOLE, Vectors, compute, define_functions
from resynapse.notation.parsing import expression


class _Model:
    """The LLVM module while it grows."""

    def __init__(self, low: Lowered, lanes: int):
        self.low, self.lanes, self.rows, self.ns = low, lanes, tables.layout(low.sizes()), len(low.states)
        self.module = ir.Module("model")
        define_functions(self.module, lanes)

    def open(self, name: str, *more: ir.Type) -> tuple[Vectors, Any, list[Any]]:
        """Begin a function of the memory and further arguments -> writer, memory, further arguments."""
        kind = ir.FunctionType(ir.VoidType(), [DOUBLE.as_pointer(), *more])
        function = ir.Function(self.module, kind, name)
        if name not in tables.EXPORTED:
            function.linkage = "internal"
            function.attributes.add("noinline")  # long straight-line code, called from eight places
        v = Vectors(ir.IRBuilder(function.append_basic_block()), self.lanes)
        return v, function.args[0], list(function.args[1:])

    def call(self, v: Vectors, name: str, *args: Any) -> None:
        """Call a function of this module; whole numbers may be plain."""
        v.b.call(self.module.globals[name], [ir.Constant(WHOLE, a) if isinstance(a, int) else a for a in args])

    def known(self, v: Vectors, m: Any, y: Any, statements: Sequence[Statement], wanted: Iterable[str]) -> dict[str, Any]:
        """Load what is read and compute the statements -> {name: vector}.  y: the row at which the states stand."""
        read = set(wanted).union(*(names(text) for _, text in statements))
        env: dict[str, Any] = {}
        for i, n in enumerate(self.low.states):
            if n in read:
                env[n] = v.load(m, v.b.add(y, ir.Constant(WHOLE, i)))
        for i, n in enumerate((*self.low.columns, *self.low.inputs)):  # the inputs' rows follow those of the columns
            if n in read:
                env[n] = v.load(m, self.rows["P"] + i)
        for name, text in statements:
            env[name] = compute(v, expression(text).body, env)
        return env

    def write_values(self, name: str, statements: Sequence[Statement], wanted: Sequence[str], to: str) -> None:
        """Write a function that computes the wanted names from the states at a row and stores them from row `to` on."""
        v, m, (y,) = self.open(name, WHOLE)
        env = self.known(v, m, y, statements, wanted)
        for i, n in enumerate(wanted):
            v.store(m, self.rows[to] + i, env[n])
        v.b.ret_void()

    def write_decompose(self) -> None:
        """Factors of I/(g*h) - J at Y."""
        v, m, _ = self.open("decompose")
        low, first = self.low, self.rows["FACTORS"]
        env = self.known(v, m, ir.Constant(WHOLE, self.rows["Y"]), low.entries, low.jacobian.values())
        diagonal = v.mul(v.number(1.0 / rodas5p.GAMMA), v.load(m, self.rows["PER_H"]))
        cell: dict[Entry, Any] = {at: v.b.fneg(env[n]) for at, n in low.jacobian.items() if at[0] != at[1]}
        for i in range(self.ns):
            entry = low.jacobian.get((i, i))
            cell[i, i] = v.b.fsub(diagonal, env[entry]) if entry else diagonal
        for pivot in low.factors.pivots:
            k = pivot.at
            cell[k, k] = inverse = v.inverse(cell[k, k])
            for i in pivot.below:
                cell[i, k] = multiple = v.mul(cell[i, k], inverse)
                minus = v.b.fneg(multiple)
                for j in pivot.right:
                    cell[i, j] = v.fma(minus, cell[k, j], cell[i, j]) if (i, j) in cell else v.mul(minus, cell[k, j])
        for at, slot in low.factors.slots.items():
            v.store(m, first + slot, cell[at])
        v.b.ret_void()

    def write_stage(self) -> None:
        """The method's next vector into the row `to`: slopes at the row `at`, plus SLOPE over h, solved with the factors."""
        v, m, (at, to) = self.open("stage", WHOLE, WHOLE)
        factors, first, per_h = self.low.factors, self.rows["FACTORS"], v.load(m, self.rows["PER_H"])
        env = self.known(v, m, at, self.low.slopes, ["d_" + s for s in self.low.states])
        x = [v.fma(per_h, v.load(m, self.rows["SLOPE"] + i), env["d_" + s]) for i, s in enumerate(self.low.states)]

        def factor(i: int, j: int) -> Any:
            return v.load(m, first + factors.slots[i, j])

        for pivot in factors.pivots:
            for i in pivot.below:
                x[i] = v.fma(v.b.fneg(factor(i, pivot.at)), x[pivot.at], x[i])
        for pivot in reversed(factors.pivots):
            k = pivot.at
            for j in pivot.right:
                x[k] = v.fma(v.b.fneg(factor(k, j)), x[j], x[k])
            x[k] = v.mul(x[k], factor(k, k))
        for i in range(self.ns):
            v.store(m, v.b.add(to, ir.Constant(WHOLE, i)), x[i])
        v.b.ret_void()

    def row(self, v: Vectors, name: str, i: Any, stage: int = 0) -> Any:
        """Return the row of state i in a block of rows."""
        return v.b.add(i, ir.Constant(WHOLE, self.rows[name] + stage * self.ns))

    def vectors(self, v: Vectors, m: Any, i: Any, count: int) -> list[Any]:
        """Load the first of the method's vectors at state i."""
        return [v.load(m, self.row(v, "K", i, q)) for q in range(count)]

    def write_step(self) -> None:
        """One step of all lanes: NEW, ERROR and GREW.  A stage whose weights repeat those of the stage before, and a 1, adds one vector."""
        v, m, (atol, rtol) = self.open("step", DOUBLE.as_pointer(), DOUBLE)
        v.store(m, self.rows["PER_H"], v.b.fdiv(v.number(1.0), v.load(m, self.rows["H"])))
        self.call(v, "decompose", m)
        with v.rows(self.ns) as i:
            v.store(m, self.row(v, "SLOPE", i), v.number(0.0))
        self.call(v, "stage", m, self.rows["Y"], self.rows["K"])
        for q in range(1, rodas5p.STAGES):
            weights = rodas5p.A[q]
            with v.rows(self.ns) as i:
                k = self.vectors(v, m, i, q)
                if weights == (*rodas5p.A[q - 1], 1.0):
                    total = v.add(v.load(m, self.row(v, "STAGE", i)), k[-1])
                else:
                    total = v.weighted(weights, k, v.load(m, self.row(v, "Y", i)))
                v.store(m, self.row(v, "STAGE", i), total)
                v.store(m, self.row(v, "SLOPE", i), v.weighted(rodas5p.C[q], k))
            self.call(v, "stage", m, self.rows["STAGE"], self.rows["K"] + q * self.ns)
        self._finish_step(v, m, atol, v.spread(rtol))
        v.b.ret_void()

    def _finish_step(self, v: Vectors, m: Any, atol: Any, rtol: Any) -> None:
        """The new states; the sum of squares of scaled errors; the growth factor 0.9 * error ** (-1/5), from 0.2 to 5."""
        assert (*rodas5p.A[-1], 1.0) == rodas5p.B
        error = v.b.alloca(v.type)
        v.b.store(v.number(0.0), error)
        with v.rows(self.ns) as i:
            e, old = v.load(m, self.row(v, "K", i, rodas5p.STAGES - 1)), v.load(m, self.row(v, "Y", i))
            new = v.add(v.load(m, self.row(v, "STAGE", i)), e)
            v.store(m, self.row(v, "NEW", i), new)
            size = v.extreme(">", v.own("fabs", old), v.own("fabs", new))
            ratio = v.mul(e, v.inverse(v.fma(rtol, size, v.spread(v.b.load(v.b.gep(atol, [i]))))))
            v.b.store(v.fma(ratio, ratio, v.add(v.b.load(error), v.b.fsub(new, new))), error)  # new - new: infinity is never accepted
        total = v.b.load(error)
        v.store(m, self.rows["ERROR"], total)
        mean = v.add(v.b.fdiv(total, v.number(self.low.whole)), v.number(1e-24))
        grew = v.mul(v.number(0.9), v.call("vexp", v.mul(v.number(-0.5 / rodas5p.ORDER), v.call("vlog", mean))))
        v.store(m, self.rows["GREW"], v.extreme("<", v.extreme(">", grew, v.number(0.2)), v.number(5.0)))

    def write_between(self) -> None:
        """The method's interpolation at PART, into STAGE; exactly the new value at part 1."""
        v, m, _ = self.open("between")
        part = v.load(m, self.rows["PART"])
        rest = v.b.fsub(v.number(1.0), part)
        with v.rows(self.ns) as i:
            k = self.vectors(v, m, i, rodas5p.STAGES)
            s1, s2, s3 = (v.weighted(w, k) for w in rodas5p.H)
            bend = v.fma(part, v.fma(part, s3, s2), s1)
            rise = v.fma(rest, bend, v.load(m, self.row(v, "NEW", i)))
            v.store(m, self.row(v, "STAGE", i), v.fma(part, rise, v.mul(rest, v.load(m, self.row(v, "Y", i)))))
        v.b.ret_void()

    def write_take(self) -> None:
        """Move the lanes whose step is TAKEN."""
        v, m, _ = self.open("take")
        taken = v.load(m, self.rows["TAKEN"])
        with v.rows(self.ns) as i:
            new, at = v.load(m, self.row(v, "NEW", i)), self.row(v, "Y", i)
            v.store(m, at, v.where(taken, ">", 0.0, new, v.load(m, at)))
        v.b.ret_void()


def write_model(low: Lowered, lanes: int) -> str:
    """Return the LLVM module text of a model for `lanes` patients at once."""
    model = _Model(low, lanes)
    model.write_values("observe", low.observed, low.quantities, "SEEN")
    model.write_decompose()
    model.write_stage()
    model.write_step()
    model.write_between()
    model.write_take()
    return str(model.module)
