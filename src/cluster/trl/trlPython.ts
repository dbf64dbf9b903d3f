/** The Python that trains by TRL: which one, and what it holds. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { MissingPackageError } from "../../error.js";

/** The environment variable that names it. */
export const TRL_PYTHON = "M2RL_TRL_PYTHON";

/** A Python that has TRL, and the versions that decide what comes out. */
export interface TrlPython {
  python: string;
  /** Versions of trl, transformers, torch, accelerate and datasets. */
  versions: Readonly<Record<string, string>>;
}

const PACKAGES = ["trl", "transformers", "torch", "accelerate", "datasets"];

/** The release whose options `train_trl.py` writes; a later one of the same number may be used. */
const RELEASE = { major: 1, minor: 16 };

const REMEDY = `python3 -m venv trl && trl/bin/pip install trl==${RELEASE.major}.${RELEASE.minor}.0, then ${TRL_PYTHON}=trl/bin/python`;

// Versions alone: importing them takes ten seconds.
const ASK = `
import importlib.metadata as m, json
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps({name: version(name) for name in ${JSON.stringify(PACKAGES)}}))
`;

/**
 * The Python named by `M2RL_TRL_PYTHON`, asked for what it holds; takes a tenth of a second, so that a study asks before any work.
 *
 * @throws MissingPackageError no Python is named, it does not run, or it lacks a package; the message says how to get it
 * @example
 * const version = async () => (await trlPython()).versions.trl; // "1.16.0"
 */
export async function trlPython(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TrlPython> {
  const python = environment[TRL_PYTHON];
  const fail = (text: string, cause?: unknown): never => {
    throw new MissingPackageError(`trl: ${text}; ${REMEDY}`, ["trl"], {
      cause,
    });
  };
  if (python === undefined || python === "")
    return fail(`${TRL_PYTHON} must name a Python with TRL, got none`);
  let text: string;
  try {
    text = (await promisify(execFile)(python, ["-c", ASK])).stdout;
  } catch (cause) {
    const [line] = (cause as Error).message.split("\n");
    return fail(`${TRL_PYTHON}=${python} must run, got "${line!}"`, cause);
  }
  const versions = JSON.parse(text) as Record<string, string | null>;
  const missing = PACKAGES.filter((name) => !versions[name]);
  if (missing.length > 0)
    return fail(
      `${python} must hold ${PACKAGES.join(", ")}, got no ${missing.join(", ")}`,
    );
  const [major = 0, minor = 0] = versions["trl"]!.split(".").map(Number);
  if (major !== RELEASE.major || minor < RELEASE.minor)
    return fail(
      `${python} must hold TRL ${RELEASE.major}.${RELEASE.minor} or a later ${RELEASE.major}.x, got ${versions["trl"]!}`,
    );
  return { python, versions: versions as Record<string, string> };
}
