"""libRoadRunner (CVODE, SBML compiled by LLVM), one process per core.  usage: python roadrunner_cvode.py FOLDER."""

import json
import multiprocessing
import sys
from pathlib import Path

import numpy as np

folder = Path(sys.argv[1])
sys.path[:0] = [str(Path(__file__).parent)]
import antimony  # noqa: E402
import roadrunner  # noqa: E402
from serve import serve  # noqa: E402

data = np.load(folder / "problem.npz")
names = json.loads((folder / "names.json").read_text())
here: dict = {}


def load() -> None:
    """Compile the model in this process."""
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    if antimony.loadAntimonyString((folder / "model.ant").read_text()) < 0:
        raise SystemExit(antimony.getLastError())
    model = roadrunner.RoadRunner(antimony.getSBMLString("resynapse"))
    model.integrator.setValue("maximum_num_steps", 200_000)
    model.timeCourseSelections = ["time", *("v_" + o for o in names["outputs"])]
    ids = list(model.model.getGlobalParameterIds())
    order = [*("v_" + c for c in names["columns"]), "amplitude", *("v_" + s for s in names["states"])]
    here.update(model=model, index=[ids.index(k) for k in order], times=[0.0, *data["times"].tolist()])
    here["rows"] = np.concatenate([data["columns"], data["amplitude"][:, None], data["starts"]], 1).tolist()


def person(who: tuple[int, float, float]) -> np.ndarray:
    """Solve one person -> (visits, outputs)."""
    i, rtol, atol = who
    model = here["model"]
    model.resetToOrigin()
    model.integrator.setValue("relative_tolerance", rtol)
    model.integrator.setValue("absolute_tolerance", atol)
    model.model.setGlobalParameterValues(here["index"], here["rows"][i])
    return np.array(model.simulate(times=here["times"]))[1:, 1:]


def main() -> None:
    """Start the processes and serve."""
    with multiprocessing.get_context("fork").Pool(2, load) as pool:

        def solve(n: int, rtol: float, atol: float) -> np.ndarray:
            return np.array(pool.map(person, [(i, rtol, atol) for i in range(n)], chunksize=max(1, min(8, n // 4))))

        serve(solve, {"libroadrunner": roadrunner.__version__, "antimony": antimony.__version__})


if __name__ == "__main__":
    main()
