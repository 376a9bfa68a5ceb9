"""Benchmarks: `python -m benchmarks [speed | peers | scale | ceiling]`; peers and scale write their part of RESULTS.md."""

import argparse
import os
import sys


def main() -> None:
    """Read the command line and run one benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", default="speed", choices=("speed", "peers", "scale", "ceiling"))
    parser.add_argument("--peers-python", default=sys.executable, help="interpreter that has the packages of requirements-peers.txt")
    parser.add_argument("--only", default="", help="peers: comma-separated names; the others are reported as left out")
    parser.add_argument("--rounds", type=int, default=5, help="peers: interleaved rounds")
    parser.add_argument("--seconds", type=float, default=2.0, help="peers: length of one run, about")
    parser.add_argument("--full", action="store_true", help="scale: up to 100,000 patients and 52 weeks")
    given = parser.parse_args()
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    if given.what == "speed":
        from benchmarks import speed

        speed.main()
    elif given.what == "peers":
        from benchmarks import contest

        contest.main(given.peers_python, [x for x in given.only.split(",") if x], given.rounds, given.seconds)
    elif given.what == "scale":
        from benchmarks import scale

        scale.main(given.full)
    else:
        from benchmarks import ceiling

        ceiling.main()


if __name__ == "__main__":
    main()
