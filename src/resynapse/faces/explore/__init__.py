"""Explore: the whole story in a browser.  Shiny for Python serves a local page; what it shows comes from the same functions as the
command line, as plain numbers that one script draws, so a static edition on disk looks and behaves alike."""  # noqa: D209
