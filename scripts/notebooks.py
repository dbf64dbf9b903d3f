"""Execute notebooks from a clean kernel, top to bottom, and write them with their outputs.

    python scripts/notebooks.py --out FOLDER [--jobs N] [--timeout SECONDS] NOTEBOOK...

Each notebook runs in its own folder, so that relative paths hold. What is written differs between two runs only where
an output does: no times, no kernel details, counts 1 to n. A failing cell ends its notebook; the exit code is then 1.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys
import tempfile
import time

import nbclient
import nbformat

# What Jupyter would keep in the home folder stays inside the checkout; read when a kernel starts.
JUPYTER = pathlib.Path(__file__).resolve().parent.parent / ".cache" / "jupyter"
os.environ.update(
    JUPYTER_CONFIG_DIR=str(JUPYTER / "config"),
    JUPYTER_DATA_DIR=str(JUPYTER / "data"),
    JUPYTER_RUNTIME_DIR=str(JUPYTER / "runtime"),
    IPYTHONDIR=str(JUPYTER / "ipython"),
)


def clean(notebook):
    """Remove what would make two equal runs differ."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "TypeScript",
                "language": "typescript",
                "name": "tslab",
            },
            "language_info": {"name": "typescript"},
        }
    )


# Seconds that a kernel has to answer, try by try: now and then tslab cannot bind a socket and never does.
START_TIMEOUTS = (30, 60, 120)


def run(notebook, folder, timeout, kernel_log):
    """Run all cells in a new kernel; one that does not start is replaced."""
    for startup_timeout in START_TIMEOUTS:
        client = nbclient.NotebookClient(
            notebook,
            kernel_name="tslab",
            startup_timeout=startup_timeout,
            timeout=timeout,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
        )
        try:
            client.execute(stderr=kernel_log)
            return
        except nbclient.exceptions.DeadKernelError:
            raise
        except (RuntimeError, AssertionError):
            # The client, cleaning up twice after a failed start, hides it behind an assertion of its own.
            if startup_timeout == START_TIMEOUTS[-1]:
                raise


def execute(path, out, timeout):
    """Run one notebook; returns its name, its seconds and the error that ended it, or None."""
    started = time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    error = None
    # The engine greets on the kernel's own stderr; that is shown only when something went wrong.
    kernel_log = tempfile.TemporaryFile("w+")
    try:
        run(notebook, path.parent, timeout, kernel_log)
    except nbclient.exceptions.CellExecutionError as failure:
        error = str(failure)
    except nbclient.exceptions.CellTimeoutError:
        error = f"a cell took more than {timeout} s"
    except nbclient.exceptions.DeadKernelError:
        kernel_log.seek(0)
        error = f"the kernel died\n{kernel_log.read()}"
    except (RuntimeError, AssertionError) as failure:
        kernel_log.seek(0)
        error = f"the kernel did not start: {failure}\n{kernel_log.read()}"
    finally:
        kernel_log.close()
    clean(notebook)
    # Built beside its place and renamed, so that a stopped run leaves the old file.
    target = out / path.name
    draft = target.with_suffix(".tmp")
    nbformat.write(notebook, draft)
    draft.replace(target)
    return path.name, time.monotonic() - started, error


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=int, default=600)
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        work = [
            pool.submit(execute, path.resolve(), arguments.out.resolve(), arguments.timeout)
            for path in arguments.notebooks
        ]
        for done in concurrent.futures.as_completed(work):
            name, seconds, error = done.result()
            print(f"{'✗' if error else '✓'} {name}  {seconds:.1f} s", flush=True)
            if error:
                failed += 1
                print(error, file=sys.stderr)
    print(f"{len(work) - failed} of {len(work)} notebooks run without an error")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("notebooks: stopped", file=sys.stderr)
        sys.exit(130)
