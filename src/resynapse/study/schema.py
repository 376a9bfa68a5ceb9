"""The study format: what each key means, which values it takes, what stands when it is left out. Frozen pydantic models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, PrivateAttr, ValidationInfo, field_validator, model_validator

from resynapse.model.attendance import attended
from resynapse.model.expectancy import rater_bias
from resynapse.notation import InputError
from resynapse.study import vocabulary as words
from resynapse.study.endpoints import Endpoint, endpoint, rejoined
from resynapse.study.fields import Day, Dose, Hours, Name, Part, Share, Text, forward
from resynapse.study.keep import Keep
from resynapse.study.trial_parts import Beside, Dropout, PolicyRule, Randomisation, Rescue, When
from resynapse.study.vocabulary import Refused, one_of, time_text
from resynapse.study.yaml import NOWHERE, Places

if TYPE_CHECKING:
    from resynapse.model.population import Covariate


def _limit_text(trait: str, limit: list[float] | str) -> list[str | float] | str:
    """A limit of `where` as it is written: with the trait's unit."""
    unit = next((table[trait].unit for table in words.TRAITS.values() if trait in table), "points")
    return limit if isinstance(limit, str) else [f"{value:.12g} {unit}" if unit else value for value in limit]


Asked = Annotated[Endpoint, BeforeValidator(lambda read: read if isinstance(read, Endpoint) else endpoint(read)), PlainSerializer(str)]


class Population(Part):
    """Who takes part. `n` people are drawn once from the seed, and every arm treats the same people.

    `where`: trait -> (low, high) or a word; `covariates`: distributions in place of the population's; `table`: a CSV file of people;
    `reweight_to`: the baseline table of a trial; `background`: treatment that goes on beside the study's own.
    """

    of: Name
    n: int = Field(gt=0, le=1_000_000, strict=True)
    seed: int = Field(default=1, ge=0, lt=2**63, strict=True)
    where: dict[str, tuple[float, float] | str] = Field(default_factory=dict)
    covariates: dict[str, Any] = Field(default_factory=dict)
    table: str = ""
    reweight_to: dict[str, Any] = Field(default_factory=dict)
    background: Literal["none", "stable_ad", "new_ad", "mixed"] = "none"
    ethnicity: str = ""
    renal: str = ""
    hepatic: str = ""

    @field_validator("covariates", "reweight_to")
    @classmethod
    def _told(cls, read: dict[str, Any], at: ValidationInfo) -> dict[str, Any]:
        from resynapse.study import covariates

        (covariates.distributions if at.field_name == "covariates" else covariates.baseline_table)(read, "human")
        return read

    @field_validator("ethnicity", "renal", "hepatic")
    @classmethod
    def _organ(cls, read: str, at: ValidationInfo) -> str:
        from resynapse.study.beside import organ

        return organ(str(at.field_name), read) if read else ""

    @property
    def own(self) -> dict[str, Covariate]:
        """Return the distributions that stand in place of the population's, by covariate."""
        from resynapse.study.covariates import distributions

        return distributions(self.covariates, "human")

    @property
    def limits(self) -> dict[str, tuple[float, float]]:
        """Return `where` as limits of covariates: {age: (18, 64), female: (1, 1)}."""
        known = words.TRAITS["human"]
        pairs = {trait: (known[trait].words[x],) * 2 if isinstance(x, str) else x for trait, x in self.where.items()}
        return {known[trait].covariate: (pair[0], pair[1]) for trait, pair in pairs.items()}


class Enrolment(Part):
    """Who of those seen at screening takes part: trait, or MADRS as rated there -> (low, high) or a word."""

    criteria: dict[str, tuple[float, float] | str] = Field(min_length=1)

    @field_validator("criteria", mode="before")
    @classmethod
    def _criteria(cls, read: Any) -> Any:
        from resynapse.study.covariates import criteria

        return criteria(read)


class Intervention(Part):
    """At `time`, `state` is set to, raised by, or scaled by a number, until (an input) it is none again; `unit`: empty for its own."""

    time: Hours
    state: Name
    act: Literal["set", "add", "scale"]
    value: float
    unit: str = ""
    until: Hours | None = None

    @model_validator(mode="after")
    def _lasts(self) -> Intervention:
        if self.until is not None and self.until <= self.time:
            raise Refused(time_text(self.until), f"a time after {time_text(self.time)}, at which it begins", way=("until",))
        return self

    @model_validator(mode="before")
    @classmethod
    def _one_act(cls, read: Any) -> Any:
        from resynapse.study.arms import act

        return act(read)


class Intake(Part):
    """Another drug: days of intake before the first dose (None: its usual course), days since it was stopped, factors of a custom one."""

    days: float | None = Field(default=None, ge=0, le=3650)
    stopped: float = Field(default=0.0, ge=0, le=3650)
    gut: float = Field(default=1.0, ge=0, le=100)
    liver: float = Field(default=1.0, ge=0, le=100)
    metabolite: float = Field(default=1.0, ge=0, le=100)
    flow: float = Field(default=1.0, ge=0.05, le=20)


class Given(Part):
    """A drug as it is given. Times are hours after the first dose; `doses` has one entry for each of `days`.

    `over` is the length of each administration (0 for a bolus, a spray or a swallowed dose); where a study gives a list of them,
    `lengths` holds it and `over` the longest.  `blind` are days of sham; `beside`: other treatments that go on at the same time.
    """

    drug: Name = "none"
    doses: tuple[Dose, ...] = ()
    route: str = ""
    over: Hours = 0.0
    lengths: tuple[Hours, ...] = ()
    days: tuple[Day, ...] = ()
    blind: tuple[Day, ...] = ()
    beside: dict[str, Beside] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _written(cls, read: Any) -> Any:
        from resynapse.study.arms import arm

        return arm(read)

    @field_validator("days", "blind")
    @classmethod
    def _forward(cls, days: tuple[float, ...]) -> tuple[float, ...]:
        return forward(days, "days")

    @model_validator(mode="after")
    def _doses(self) -> Self:
        from resynapse.study.arms import check_doses

        check_doses(self)
        return self


class Phase(Given):
    """A stretch of an arm, from a day on; its own days count from there.  `who` goes on into it; `blinding`: the study's if None."""

    start: Day = Field(default=0.0, alias="from")
    who: When | None = None
    blinding: Literal["inactive", "active", "open", "anaesthesia"] | None = None


class Arm(Given):
    """What one group gets, at once or phase after phase; an arm of phases shows the days and doses of all of them as its own."""

    phases: tuple[Phase, ...] = ()
    background: Literal["none", "stable_ad", "new_ad", "mixed"] | None = None
    policy: tuple[PolicyRule, ...] = ()
    cut: tuple[Name, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    given_with: dict[str, Intake] = Field(default_factory=dict, alias="with")

    @field_validator("given_with", mode="before")
    @classmethod
    def _other_drugs(cls, read: Any) -> Any:
        from resynapse.study.beside import other_drug
        from resynapse.study.vocabulary import below

        return {name: below(name, other_drug, name, taken) for name, taken in read.items()} if isinstance(read, dict) else read

    @model_validator(mode="after")
    def _together(self) -> Arm:
        from resynapse.study.arms import check_arm, laid_out

        check_arm(self)
        return laid_out(self) if self.phases else self


class Sampling(Part):
    """Extra times at which plasma is sampled, and from which side of the circulation."""

    site: Literal["venous", "arterial"] = "venous"
    times: tuple[Hours, ...] = ()

    @field_validator("times")
    @classmethod
    def _forward(cls, times: tuple[float, ...]) -> tuple[float, ...]:
        return forward(times, "sampling times")


class Imaging(Part):
    """Dendrites of a few animals of each arm under the microscope, with an image at every visit.

    before: the image before stress; treatment: the one before treatment; drawn: those that the report draws, beside these two.
    spines: expected on one dendrite in health; memory: how much likelier an old place is taken again than a new one (assumed, 1-10).
    """

    before: Hours = 0.0
    treatment: Hours
    drawn: tuple[Hours, ...] = ()
    animals: int = Field(default=12, ge=1, le=200, strict=True)
    spines: int = Field(default=60, ge=5, le=500, strict=True)
    memory: float = Field(default=3.0, ge=1, le=100)

    @field_validator("drawn")
    @classmethod
    def _forward(cls, times: tuple[float, ...]) -> tuple[float, ...]:
        return forward(times, "drawn images")


class Analysis(Part):
    """How arms are compared: changes from baseline, rates, times to an event; and the estimand, which says what giving up means."""

    change: str = "means"
    rates: str = "risk_difference"
    time_to_event: str = "km"
    estimand: str = "treatment_policy"

    @field_validator("change", "rates", "time_to_event", "estimand")
    @classmethod
    def _known(cls, read: str, at: ValidationInfo) -> str:
        return one_of(read, words.ANALYSES[str(at.field_name)], "an analysis" if at.field_name != "estimand" else "an estimand")


class Study(Part):
    """One question, asked of the model.

    All times are hours after the first dose; a visit at the time of a dose is read before it.
    """

    question: Text
    species: Literal["human", "mouse", "rat"] = "human"
    population: Population
    enrolment: Enrolment | None = None
    arms: dict[str, Arm] = Field(min_length=1, max_length=40)
    control: str | None = None
    blinding: Literal["inactive", "active", "open", "anaesthesia"] = "open"
    visits: tuple[Hours, ...]
    endpoints: tuple[Asked, ...] = Field(min_length=1, max_length=100)
    analysis: Analysis = Analysis()
    replicates: int = Field(default=1, ge=1, le=100_000, strict=True)
    sampling: Sampling = Sampling()
    disposition: str = "resynapse"
    supervision: Text = "none"
    items: tuple[Name, ...] = ()
    fit: Text = "newest"
    imaging: Imaging | None = None
    life_events: float = Field(default=0.0, ge=0, le=50)
    keep: Keep = Keep()
    dropout: Dropout | None = None
    adherence: Share = 1.0
    expectancy: Literal["on", "off", "both"] = "on"
    rescue: Rescue | None = None
    randomisation: Randomisation | None = None
    natural_course: Literal["none", "drawn"] = "none"
    rater_bias: float = Field(default=rater_bias.value, ge=0, le=10)
    _places: Places = PrivateAttr(default=NOWHERE)

    @property
    def places(self) -> Places:
        """Where the study stands: its file, and the line of every value."""
        return self._places

    def where(self, *way: str | int) -> str:
        """Return where a value stands, for messages: `studies/x.yaml:12 endpoints[2]` for ("endpoints", 2)."""
        return self._places.where(way)

    @field_validator("visits")
    @classmethod
    def _forward(cls, visits: tuple[float, ...]) -> tuple[float, ...]:
        if not visits:
            raise Refused("no visits", "at least one time, for example [0 d, 1 d, 7 d]")
        return forward(visits, "visits")

    @field_validator("endpoints", mode="before")
    @classmethod
    def _rejoined(cls, read: Any) -> Any:
        return rejoined(read) if isinstance(read, list) else read

    @field_validator("dropout", mode="before")
    @classmethod
    def _usual_dropout(cls, read: Any) -> Any:
        if isinstance(read, dict | Dropout | None):
            return read
        one_of(read, ("usual", "none"), "dropout, or shares of four weeks such as {lack_of_effect: 8 %, at_random: 3 %}")
        return {} if read == "usual" else None

    @field_validator("adherence", mode="before")
    @classmethod
    def _usual_adherence(cls, read: Any) -> Any:
        return attended.value if read == "usual" else read

    @field_validator("life_events", mode="before")
    @classmethod
    def _life(cls, read: Any) -> Any:
        from resynapse.model.stress import events_per_year

        usual = {"none": 0.0, "usual": events_per_year.value}
        return usual[one_of(read, tuple(usual), "events of life in a year: a number")] if isinstance(read, str) else read

    @field_validator("disposition")
    @classmethod
    def _disposition(cls, read: str) -> str:
        from resynapse.study.disposition import DISPOSITIONS

        return one_of(read, DISPOSITIONS, "a disposition model")

    @field_validator("fit")
    @classmethod
    def _fit(cls, read: str) -> str:
        from resynapse.study.fits import load_fit

        try:
            load_fit(read)
        except InputError as why:
            raise Refused(read, f"newest, none, or a fit file: {why}") from None
        return read

    @model_validator(mode="before")
    @classmethod
    def _written(cls, read: Any) -> Any:
        from resynapse.study.arms import defaults

        return defaults(read)

    @model_validator(mode="after")
    def _together(self) -> Study:
        from resynapse.study.arms import check_together

        check_together(self)
        return self

    @property
    def n(self) -> int:
        """People in each arm."""
        return self.population.n

    @property
    def seed(self) -> int:
        """Seed of every random stream."""
        return self.population.seed

    @property
    def times(self) -> tuple[float, ...]:
        """All times at which something is observed, ascending, in hours."""
        return tuple(sorted({*self.visits, *self.sampling.times}))

    def resolved(self) -> dict:
        """Return plain data in the study format, with every default written out; reading it again gives an equal study."""
        plain = self.model_dump(mode="json", exclude_none=True, by_alias=True)
        for name, arm in plain["arms"].items():
            arm["with"] = {drug: taken.model_dump(exclude_defaults=True) for drug, taken in self.arms[name].given_with.items()}
            for phase in arm["phases"]:
                _as_written(phase)
            if arm["phases"]:
                for key in Given.model_fields:
                    del arm[key]
            _as_written(arm)
        for key in [key for key, value in plain["population"].items() if value == "" or (value == {} and key != "where")]:
            del plain["population"][key]
        for held in (plain["population"]["where"], plain.get("enrolment", {}).get("criteria", {})):
            held.update({trait: _limit_text(trait, limit) for trait, limit in held.items()})
        return plain


def _as_written(arm: dict) -> None:
    """Turn the plain data of an arm, or of a phase of one, into what a study would say."""
    doses = arm.pop("doses", [])
    if lengths := arm.pop("lengths", []):
        arm["over"] = lengths
    if doses:
        arm |= {"dose": doses[0]} if len(set(doses)) == 1 else {"doses": doses}
    for key in [key for key, value in arm.items() if value in ([], "", {})]:
        del arm[key]
    if arm.get("drug") in ("none", *words.TREATMENTS):
        del arm["over"]
