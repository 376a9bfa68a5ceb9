"""Units: the table of common ones agrees with pint, quantities are read and converted, nonsense is refused."""

import pytest

from resynapse.notation import InputError, NotationError, units


@pytest.mark.parametrize("unit", units.COMMON)
def test_common_units_are_pints(unit):
    assert units.COMMON[unit] == pytest.approx(units.by_pint(unit), rel=1e-12)


@pytest.mark.parametrize(("unit", "inside"), [("1/d", 1 / 24), ("L/min", 60.0), ("mL", 1e-3), ("nM", 1e-3), ("days", 24.0), ("μM", 1.0)])
def test_any_unit_has_a_factor(unit, inside):
    assert units.factor(unit) == pytest.approx(inside, rel=1e-12)


def test_unknown_unit_is_refused():
    with pytest.raises(NotationError, match="'furlongs/fortnit' is not a unit"):
        units.factor("furlongs/fortnit")


@pytest.mark.parametrize(("text", "read"), [("0.5 mg/kg", (0.5, "mg/kg")), (" 40 minutes", (40.0, "min")), ("-3e-1 mmHg", (-0.3, "mmHg"))])
def test_quantities_are_read(text, read):
    assert units.parse_quantity(text) == read


@pytest.mark.parametrize("text", ["0.5", "mg/kg", "nan h", "", None, 3, "1 2 h", "5 mgkg/zz"])
def test_quantities_without_number_or_unit_are_refused(text):
    with pytest.raises(InputError, match="expected a number with a unit"):
        units.parse_quantity(text, "here")


def test_conversion_keeps_to_one_kind():
    assert units.convert(40, "min", "h") == pytest.approx(2 / 3)
    with pytest.raises(InputError, match="of the kind of 'h'"):
        units.convert(40, "mg", "h", "over")


@pytest.mark.parametrize("unit", ["9**9**9", "(9**9)**9", "kg" * 30, "m^2^2^9", "__import__('os')", "1e9999"])
def test_text_that_would_be_computed_is_not_a_unit(unit):
    with pytest.raises(NotationError):
        units.factor(unit)
