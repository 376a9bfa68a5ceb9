"""How near the engine is to what the processor can do: counted operations of a step against the measured peak of one core.

A division and a square root count as one operation, exp and log as 25 each, a comparison or a choice as none.
"""

import ctypes
import re
import time

import numpy as np
from benchmarks import results
from benchmarks.problem import OUTPUTS, problem

from resynapse.engine import Ensemble, Settings, emit, rodas5p
from resynapse.engine.lower import Lowered
from resynapse.engine.machine import compile_text, load_object
from resynapse.engine.tables import working_memory

LANES, CHAINS, DEEP = 8, 10, 25
PEOPLE = 2_000


def peak() -> float:
    """Return operations per second of one core: ten independent chains of fused multiply-adds on vectors of eight doubles."""
    v = f"<{LANES} x double>"
    x = "<" + ", ".join(["double 0.999999"] * LANES) + ">"
    loop = [f"%a{i} = phi {v} [ {x}, %entry ], [ %b{i}, %loop ]" for i in range(CHAINS)]
    loop += [f"%b{i} = call {v} @llvm.fma.v{LANES}f64({v} %a{i}, {v} %c, {v} %c)" for i in range(CHAINS)]
    total = ["%s0 = fadd " + f"{v} %b0, %b1"] + [f"%s{i} = fadd {v} %s{i - 1}, %b{i + 1}" for i in range(1, CHAINS - 1)]
    text = f"""declare {v} @llvm.fma.v{LANES}f64({v}, {v}, {v})
define void @spin(i64 %n, double* %out) {{
entry:
  %where = bitcast double* %out to {v}*
  %c = load {v}, {v}* %where, align 8
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  {chr(10).join(loop)}
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  {chr(10).join(total)}
  store {v} %s{CHAINS - 2}, {v}* %where, align 8
  ret void
}}
"""
    alive, at = load_object(compile_text(text), ["spin"])
    spin = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_void_p)(at["spin"])
    best, turns, memory = 0.0, 5_000_000, np.full(LANES, 0.5)
    for _ in range(7):
        began = time.process_time()
        spin(turns, memory.ctypes.data)
        best = max(best, 2 * CHAINS * LANES * turns / (time.process_time() - began))
    del alive
    return best


def counted(low: Lowered) -> dict[str, int]:
    """Return operations of one step of one patient, by part of the step."""
    text, states = emit.write_model(low, LANES), len(low.states)
    per = {}
    for name in ("stage", "decompose"):
        body = re.search(rf'define[^\n]*@"?{name}"?\(.*?\n}}', text, re.DOTALL)
        assert body is not None
        plain = len(re.findall(r"= f(?:add|sub|mul|div) ", body[0])) + 2 * len(re.findall(r"llvm\.fma", body[0]))
        per[name] = plain + DEEP * len(re.findall(r"call [^\n]*@\"?v(?:exp|log)\"?\(", body[0]))
    stages, terms = rodas5p.STAGES, 0
    for q in range(1, stages):
        repeats = rodas5p.A[q] == (*rodas5p.A[q - 1], 1.0)  # then one vector is added to the stage before
        terms += 0.5 if repeats else len(rodas5p.A[q])
        terms += len(rodas5p.C[q]) + 0.5  # and one over h
    sums, solution = round(2 * states * terms), 2 * len(low.factors.slots) - states
    return {
        "slopes": stages * (per["stage"] - solution - 2 * states), "Jacobian and factors": per["decompose"],
        "solutions": stages * solution, "sums of stages": sums, "error and growth": 25 * states + 2 * DEEP,
    }  # fmt: skip


def main() -> None:
    """Count, measure, and write this part of RESULTS.md."""
    of = problem(PEOPLE, daily_only=True)
    ensemble = Ensemble.of(of.system)
    schedule, best, steps = of.schedule(PEOPLE), 0.0, 0.0
    ensemble.run(PEOPLE, of.of(PEOPLE), schedule, of.times, OUTPUTS)
    low = list(ensemble.kept.values())[-1].low  # what is left of the system in such a run
    parts = counted(low)
    top = peak()
    for _ in range(5):
        began = time.process_time()
        sol = ensemble.run(PEOPLE, of.of(PEOPLE), schedule, of.times, OUTPUTS, Settings(threads=1))
        best, steps = max(best, PEOPLE / (time.process_time() - began)), float(np.mean(sol.steps))
        top = max(top, peak())
    each = sum(parts.values())
    memory = sum(x.nbytes for x in working_memory(low.sizes(), LANES) if isinstance(x, np.ndarray)) / 1024
    rate = each * steps * best
    rows = [(name, f"{n:,}", f"{n / each:.0%}") for name, n in parts.items()]
    text = f"""## How near the ceiling

{results.machine()}

One core, {PEOPLE:,} people, 4 weeks, default tolerances, {len(low.states)} of {low.whole} states (the others stay at
zero), best of five by processor time: {best:,.0f} patients/s at {steps:.0f} steps each. Counted
operations of a step of one patient: {each:,}; that is {rate / 1e9:.1f} GF/s, **{rate / top:.0%}** of the peak measured in between
({top / 1e9:.0f} GF/s, chains of fused multiply-adds). A fused multiply-add counts as two operations; what cannot be fused reaches half
of that peak at most. The memory of a step takes {memory:.0f} KB for {LANES} lanes,
against a first-level cache of 32 to 48 KB on most processors. Not counted: interpolation and quantities at visits, events, bookkeeping,
and the tables made before the solution.

{results.table(("part of a step", "operations", "share"), rows)}
"""
    results.write("ceiling", text)


if __name__ == "__main__":
    main()
