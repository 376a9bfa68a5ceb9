"""Random people under random regimens of half a year: every state must stay what it can be."""

import numpy as np

from resynapse.engine import Ensemble, Event, Schedule
from resynapse.model import build

MICROMOLES_PER_MG = 1000 / 237.73
HALF_YEAR_H = 26 * 168.0
DEPOTS = ("nasal", "mouth", "muscle", "skin", "rectum", "lung", "gut")
UNIT = ("potentiation", "suppression", "interneuron_block", "pyramidal_block", "onset", "contact")
SIGNED = {"surge", "strain", "inflammation", "kynurenine", "network", "bodily_relief"}
TIMES = (0.0, 0.3, 1.0, 4.0, 24.0, 48.0, 96.0, 200.0, 270.0, 500.0, 1000.0, 2000.0, 3000.0, HALF_YEAR_H)


def people(n, seed):
    """Return parameters {name: (n,)} drawn evenly within their plausible ranges; switches and conventions stay."""
    system, rng = build(), np.random.default_rng(seed)
    free = [k for k, p in system.params.items() if p.source not in ("switch", "convention") and p.range[0] < p.range[1]]
    return {k: rng.uniform(*system.params[k].range, size=n) for k in free}


def regimens(n, seed, most=16):
    """Return events of a regimen of its own for each person: 0 to `most` doses of up to 3 mg/kg by any route, at any time;

    stress or relief for a while; an immune challenge; erased spines.
    """
    rng = np.random.default_rng(seed + 1)
    count, route = rng.integers(0, most + 1, n), rng.integers(0, len(DEPOTS) + 1, n)
    amount, over = rng.uniform(0, 3, n) * 70 * MICROMOLES_PER_MG / 2, rng.uniform(0.05, 24, n)
    out = []
    for k in range(most):
        when = np.where(k < count, rng.uniform(0, HALF_YEAR_H - 30, n), np.nan)
        for e in ("s", "r"):
            out.append(Event(np.where(route == len(DEPOTS), when, np.nan), f"{e}_infusion", "infuse", amount / over, duration=over))
            out += [Event(np.where(route == j, when, np.nan), f"{e}_{depot}", "add", amount) for j, depot in enumerate(DEPOTS)]
    for what, low, high in (("life", -0.3, 1.0), ("immune_challenge", 0.0, 2.0)):
        begin = rng.uniform(0, HALF_YEAR_H, n)
        out += [Event(begin, what, "set", rng.uniform(low, high, n)), Event(begin + rng.uniform(1, 1000, n), what, "set", 0.0)]
    return [*out, Event(rng.uniform(0, HALF_YEAR_H, n), "mpfc_young_new", "scale", 0.0)]


def violations(n, seed):
    """Return what goes beyond its bounds in n random courses, as lines of text."""
    system, own = build(), people(n, seed)
    states, unit = list(system.states), [q for q in system.readable() if q.removeprefix("mpfc_").removeprefix("hippocampus_") in UNIT]
    wanted = list(dict.fromkeys([*states, *unit, "mpfc_synapses", "hippocampus_synapses", "MADRS", "stress", "bdnf"]))
    schedule = Schedule.of(regimens(n, seed), n, system)
    got = Ensemble.of(system).run(n, own, schedule, list(TIMES), wanted).values
    found = [f"{q} is not finite" for q in wanted if not np.isfinite(got[q]).all()]
    scale = {q: max(1.0, float(np.abs(got[q]).max())) for q in wanted}
    found += [f"{q} falls to {got[q].min():.3g}" for q in wanted if q not in SIGNED and got[q].min() < -1e-5 * scale[q]]
    found += [f"{q} rises to {got[q].max():.3g}" for q in unit if got[q].max() > 1 + 1e-6]
    room = np.maximum(own["mpfc_room"], 1.0)[:, None]
    # Less inflammation or stress than at rest lets a little more grow.
    found += [f"{q} passes its room" for q in ("mpfc_synapses", "hippocampus_synapses") if (got[q] > 1.1 * room).any()]
    return found + ([f"MADRS rises to {got['MADRS'].max():.3g}"] if got["MADRS"].max() > 60 else [])
