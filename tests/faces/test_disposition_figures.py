"""Our kinetics beside published ones, and the check against data: what is computed and that it can be drawn."""

import numpy as np
import pytest

from resynapse.faces import style
from resynapse.faces.disposition_figures import alternatives_figure, vpc_figure
from resynapse.methods.vpc import check
from resynapse.study.alternatives import pairs


@pytest.fixture(scope="module")
def found():
    return pairs(n=40)


def test_our_set_lies_near_each_published_model(found):
    """Medians of peaks and areas: within 1.5-fold for adults; children lie outside our range and may differ more."""
    assert [p.model for p in found] == ["simons2022", "otto2021", "perezruixo2021", "flint2017"]
    for one in found:
        limit = np.log(1.5 if one.model != "flint2017" else 2.5)
        assert all(abs(np.log(fold)) < limit for fold in one.folds().values()), (one.model, one.folds())
    assert found[0].site == "arterial" and set(found[0].paper) == {"s_ketamine", "s_norketamine", "s_hnk"}


def test_the_figures_can_be_drawn(found, tmp_path):
    assert style.save(alternatives_figure(found), tmp_path / "alternatives.svg").stat().st_size > 10_000
    random = np.random.default_rng(1)
    t = np.repeat([0.5, 1.0, 4.0], 8)
    done = {"s_ketamine": check(t, random.lognormal(3, 0.4, 24), random.lognormal(3, 0.4, (50, 24)))}
    for log in (True, False):
        assert style.save(vpc_figure(done, log), tmp_path / f"vpc{log}.svg").stat().st_size > 5_000
    one = {"s_ketamine": check([1.0], [20.0], random.lognormal(3, 0.4, (50, 1)))}
    assert style.save(vpc_figure(one), tmp_path / "one.svg").exists()
