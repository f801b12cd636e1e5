"""Time `huajie run` on the sample area, all outputs, by stage; the target is 30 s on 2 cores.

    python benchmarks/run_sample.py [--jobs 2]

Runs in a temporary folder; imports are counted as a stage of their own.
"""

import argparse
import tempfile
import time
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    jobs = parser.parse_args().jobs

    start = time.perf_counter()
    from pipeline.workflow import run, sample_area

    imports = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        area = sample_area(Path(folder) / "data" / "raw" / "sample")
        finished = run(area, out=Path(folder) / "outputs", processed=Path(folder) / "processed", jobs=jobs)
        files = [path for path in finished.folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) / 1e6

    units, cases = len(finished.result.area.units), sum(len(p.cases) for p in finished.result.proposals.values())
    print(f"Sample area: {units} units, {cases} cases, {len(files)} files of {size:.1f} MB, {jobs} jobs\n")
    print("| stage | seconds |")
    print("|---|---|")
    for stage, seconds in {"import": imports, **finished.seconds}.items():
        print(f"| {stage} | {seconds:.2f} |")
    print(f"| **all** (target < 30) | **{imports + sum(finished.seconds.values()):.1f}** |")


if __name__ == "__main__":
    main()
