"""The solver is heard of by nobody but its caller."""

import subprocess
import sys


def test_the_solver_prints_nothing() -> None:
    code = "from pipeline.partition.solver import quiet_solver; quiet_solver(0).run(); print('done')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("done\n", "") == (run.stdout, run.stderr)
