"""One runner for each contestant: a process that starts, solves one person, says so, and then solves as many as it is told to."""
