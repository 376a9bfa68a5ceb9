"""Mouse and rat: kinetics of one enantiomer, short enough for a first-order chain.

Reads   dose events on belly (ip), skin (sc) and central (iv) [µmol]; infusion [µmol/h]; size [1] from body
Gives   effect_site, nor_effect_site [µM, unbound in brain], hnk [µM]     to receptor, glutamate
Assumes every constant of the effect chain is that of a human; only these kinetics differ.  Brain peak at
        0.3-0.4 h (lord2013, mena2024), half-life 0.6 h (mena2024); unbound racemate about 2 µM at 10 mg/kg ip is an assumption (1-6 µM).
Not modelled: enantiomers that differ, dose-dependent kinetics, binding in brain beyond one unbound volume.
"""

from resynapse.notation import Mechanism, given, param, quantity, state


class RodentKinetics(Mechanism):
    """One enantiomer; volumes and rates do not scale within the species, volumes go with weight."""

    #                  value   unit   meaning                                                     range         source
    ka_belly  = param( 8.0,    "1/h", "uptake from the peritoneum",                               (1.1, 20),    "fit:lord2013")
    ka_skin   = param( 8.0,    "1/h", "uptake from under the skin",                               (1.0, 20),    "fit:lord2013")
    F_belly   = param( 0.8,    "1",   "available after an injection into the peritoneum",         (0.5, 1.0),   "mena2024")
    F_skin    = param( 0.9,    "1",   "available from under the skin",                            (0.6, 1.0),   "assumed")
    ke        = param( 1.155,  "1/h", "elimination: half-life 0.6 h",                             (0.7, 2.0),   "fit:mena2024")
    V_free    = param( 780.0,  "L",   "dose over unbound brain level, per 70 kg",                 (230, 1400),  "assumed")
    ke0       = param( 20.0,   "1/h", "equilibration with the brain",                             (4, 60),      "assumed")
    fm        = param( 0.7,    "1",   "share that becomes norketamine",                           (0.3, 0.95),  "mena2024")
    k_nor     = param( 1.0,    "1/h", "norketamine elimination",                                  (0.4, 2.0),   "assumed")
    enter_nor = param( 0.2,    "1",   "norketamine in brain against ketamine, unbound",           (0.05, 0.6),  "assumed")
    fh        = param( 0.5,    "1",   "share of norketamine that becomes hydroxynorketamine",     (0.2, 0.9),   "assumed")
    k_hnk     = param( 1.0,    "1/h", "hydroxynorketamine elimination",                           (0.4, 2.0),   "assumed")

    infusion = given("µmol/h", "infusion into a vein")

    @state("µmol")
    def d_belly(self, belly): return -self.ka_belly * belly

    @state("µmol")
    def d_skin(self, skin): return -self.ka_skin * skin

    @state("µmol")
    def d_central(self, central, belly, skin, infusion):
        """In the body."""
        return infusion + self.F_belly * self.ka_belly * belly + self.F_skin * self.ka_skin * skin - self.ke * central

    @state("µmol")
    def d_nor(self, nor, central): return self.fm * self.ke * central - self.k_nor * nor

    @state("µmol")
    def d_hydroxy(self, hydroxy, nor): return self.fh * self.k_nor * nor - self.k_hnk * hydroxy

    @state("µM")
    def d_effect_site(self, effect_site, central, size):
        """Unbound in brain."""
        return self.ke0 * (central / (self.V_free * size) - effect_site)

    @state("µM")
    def d_nor_effect_site(self, nor_effect_site, nor, size):
        """Unbound in brain."""
        return self.ke0 * (self.enter_nor * nor / (self.V_free * size) - nor_effect_site)

    @quantity("µM")
    def hnk(self, hydroxy, size): return hydroxy / (self.V_free * size)


CALM = {"chronic": param(0.0, "1", "load of an animal before any stress", (0.0, 0.5), "convention")}
WHOLE_SHARE = {"share": param(0.999, "1", "of behaviour that synapse loss explains: no other illness", (0.5, 1.0), "assumed")}
RAT_KE = param(0.9, "1/h", "elimination in rats", (0.4, 1.5), "assumed")
RODENT_DEPOTS = {"ip": "belly", "sc": "skin", "iv": "infusion"}  # route -> local name of the state or input that takes the dose


def rodent_kinetics(species: str) -> list[RodentKinetics]:
    """Return both enantiomers of a mouse or a rat; the body comes from model.body with its weight."""
    s = RodentKinetics("s", values={"ke": RAT_KE} if species == "rat" else {})
    return [s, RodentKinetics("r", like=s)]
