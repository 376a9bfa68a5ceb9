"""Imaging: what repeated images of the same dendrite count: spines born and lost while a window is open.

Reads   formation, settling and loss of the cortex's spines [1/h] from plasticity; marking (input of a study)
Gives   spine_formation, spine_elimination [percent of the spines at the window's start], marked_alive [1]
Assumes a window opens when `marking` is set to 1, with the four states here at 0, and closes when it is set to 0; what was born in it
        is followed on.
Not modelled: spines missed or seen wrongly; methods.dendrite adds the scatter of counts.
"""

from resynapse.notation import Mechanism, given, observation, param, quantity, state


class Imaging(Mechanism):
    """Cohort of spines born in a window; nothing here acts back."""

    #           value  unit  meaning                                                 range        source
    seen = param(1.0,  "1",  "share of born and lost spines that the images show",   (0.6, 1.0),  "assumed")
    count_spread = param(3.0, "percent", "error of one animal's percentage", (1.5, 6), "fit:shao2021,phoumthipphavong2016")

    marking = given("1", "1 while spines that appear are counted as new and spines that vanish as lost")

    @state("1")
    def d_born_young(self, marking, mpfc_plain_formation, mpfc_young_loss, born_young):
        """Ordinary spines born in the window and still young."""
        return marking * mpfc_plain_formation - mpfc_young_loss * born_young

    @state("1")
    def d_born_new(self, marking, mpfc_new_formation, mpfc_young_loss, born_new):
        """Drug-made spines born in the window and still young."""
        return marking * mpfc_new_formation - mpfc_young_loss * born_new

    @state("1")
    def d_born_established(self, mpfc_settling, mpfc_new_settling, mpfc_established_loss, born_young, born_new, born_established):
        """Spines born in the window that have settled."""
        return mpfc_settling * born_young + mpfc_new_settling * born_new - mpfc_established_loss * born_established

    @quantity("1")
    def marked_alive(self, born_young, born_new, born_established):
        """Spines born in the window that are still there."""
        return born_young + born_new + born_established

    @quantity("1/h")
    def old_losses(self, mpfc_settling, mpfc_new_settling, mpfc_young_loss, mpfc_young, mpfc_young_new, born_young, born_new):
        """Loss of young spines that were there before the window."""
        plain = (mpfc_young_loss - mpfc_settling) * (mpfc_young - born_young)
        return plain + (mpfc_young_loss - mpfc_new_settling) * (mpfc_young_new - born_new)

    @state("1")
    def d_lost_old(self, marking, old_losses, mpfc_established_loss, mpfc_established, born_established):
        """Spines of the window's start that have vanished."""
        return marking * (old_losses + mpfc_established_loss * (mpfc_established - born_established))

    @quantity("1")
    def at_window_start(self, mpfc_synapses, marked_alive, lost_old): return mpfc_synapses - marked_alive + lost_old

    @observation("percent", additive=count_spread)
    def spine_formation(self, marked_alive, at_window_start):
        """Spines at this moment that were not there at the window's start, percent of those that were."""
        return self.seen * marked_alive / at_window_start

    @observation("percent", additive=count_spread)
    def spine_elimination(self, lost_old, at_window_start):
        """Spines of the window's start that are gone, percent."""
        return self.seen * lost_old / at_window_start
