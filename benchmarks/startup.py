"""Time the start: `huajie --help`, and what `import pipeline` adds to `import geopandas`.

    python benchmarks/startup.py

Each is the best of five fresh processes, taken in turn so that other work on the machine hits all alike.
"""

import subprocess
import sys
import time

CASES = (
    ("huajie --help", ("-c", "from pipeline.cli import main; main()", "--help"), "< 0.5 s"),
    ("import geopandas", ("-c", "import geopandas"), ""),
    ("import geopandas, pipeline", ("-c", "import geopandas, pipeline"), "< 0.3 s more than geopandas"),
)


def seconds(arguments: tuple[str, ...]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    rounds = [[seconds(arguments) for _, arguments, _ in CASES] for _ in range(5)]
    print("| start | seconds | target |")
    print("|---|---|---|")
    for (name, _, target), times in zip(CASES, zip(*rounds, strict=True), strict=True):
        print(f"| `{name}` | {min(times):.2f} | {target} |")
