/** Make one stage: by `run`, which makes all, or alone, as a scheduler asks for it. */
import { join } from "node:path";
import { StudyError } from "../../error.js";
import { hint } from "../../nearest.js";
import { stageVersion } from "../graph/plan.js";
import type { Stage } from "../graph/stage.js";
import { hashPath, toJson } from "./hash.js";
import type { Progress } from "./job.js";
import {
  hashOutputs,
  moveAside,
  readNote,
  stageKey,
  statusOf,
  writeNote,
  type Note,
  type Status,
} from "./notes.js";
import { Pool } from "./pool.js";
import {
  checkGiven,
  preflight,
  prepare,
  type Choice,
  type Prepared,
} from "./prepare.js";
import { Signal } from "../watch/sign.js";

/** What whoever makes a stage hears of it. */
export interface MakeListener {
  onProgress: (progress: Progress) => void;
  /** Outputs that could not be believed were moved to these paths. */
  onAside: (paths: readonly string[]) => void;
}

/**
 * Make a stage in a worker process, and leave its note. While it is made, its sign says how far it is.
 *
 * @param inputs  hash of each input by name
 * @throws StudyError the stage failed, or it wrote less than it should
 */
export async function makeStage(
  prepared: Omit<Prepared, "stages">,
  pool: Pool,
  stage: Stage,
  status: Exclude<Status, { state: "done" }>,
  inputs: Record<string, string>,
  { onProgress, onAside }: MakeListener,
): Promise<Note> {
  const signal = new Signal(prepared.folder, stage.id);
  const heard = (progress: Progress): void => {
    signal.progress(progress);
    onProgress(progress);
  };
  try {
    const listener = { onProgress: heard, onAside };
    const note = await make(prepared, pool, stage, status, inputs, listener);
    signal.remove();
    return note;
  } catch (error) {
    if (pool.isClosed) signal.stopped();
    else signal.failed(error as Error);
    throw error;
  }
}

async function make(
  { study, studyFolder, folder }: Omit<Prepared, "stages">,
  pool: Pool,
  stage: Stage,
  status: Exclude<Status, { state: "done" }>,
  inputs: Record<string, string>,
  { onProgress, onAside }: MakeListener,
): Promise<Note> {
  const start = performance.now();
  const changed = status.state === "open" ? status.changed : [];
  const aside = moveAside(stage, folder, changed);
  if (aside.length > 0) onAside(aside);
  const job = {
    stage,
    study,
    studyFolder,
    runFolder: folder,
    inputHashes: inputs,
  };
  const { engine, facts } = await pool.run(job, onProgress);
  const outputs = hashOutputs(folder, stage.outputs);
  if (outputs === null)
    throw new StudyError(
      `study: ${stage.id} must write ${stage.outputs.join(", ")}, got less`,
    );
  return writeNote(folder, {
    stage: stage.id,
    kind: stage.kind,
    key: stageKey(stage, inputs),
    version: stageVersion(stage.kind),
    spec: toJson(stage.spec),
    inputs,
    outputs,
    seconds: Number(((performance.now() - start) / 1000).toFixed(2)),
    engine,
    facts,
  });
}

/** Options of `runStage`. */
export interface StageOptions extends Omit<Choice, "only"> {
  onProgress?: (progress: Progress) => void;
  onAside?: (paths: readonly string[]) => void;
  /** Stops the stage between two steps; it resumes there when it is started again. */
  signal?: AbortSignal;
}

/**
 * Do one stage of a study alone, and leave the note that `run` would leave. Other stages of the same study may be done at the same
 * time, by other processes or on other machines that share the folder.
 *
 * @param id  for example "seed1/models/math"
 * @returns its note, and whether there was anything to do
 * @throws StudyError no such stage, a stage that it needs is not done, or it failed (its cause says how)
 */
export async function runStage(
  path: string,
  id: string,
  options: StageOptions = {},
): Promise<{ note: Note; ran: boolean }> {
  const { onProgress = () => undefined, onAside = () => undefined } = options;
  const { signal, profile } = options;
  const prepared = prepare(path, { profile });
  const stage = prepared.stages.find((each) => each.id === id);
  if (!stage)
    throw new StudyError(
      `study: stage must be known, got ${JSON.stringify(id)}; ${hint(
        id,
        prepared.stages.map((each) => each.id),
      )}`,
    );
  checkGiven(prepared.studyFolder, [stage]);
  const inputs = inputsOf(prepared, stage);
  const status = statusOf(stage, prepared.folder, inputs);
  if (status.state === "done") return { note: status.note, ran: false };
  await preflight(prepared, [stage]);
  const pool = new Pool();
  const stop = (): void => void pool.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted();
    const listener = { onProgress, onAside };
    const note = await makeStage(
      prepared,
      pool,
      stage,
      status,
      inputs,
      listener,
    );
    return { note, ran: true };
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await pool.close();
  }
}

/** Hashes of the inputs of a stage, from the notes of the stages that wrote them; each must be here as its note says. */
function inputsOf(
  { folder, studyFolder }: Prepared,
  stage: Stage,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stage.inputs).map(([name, { stage: from, path }]) => {
      const found = hashPath(join(from === null ? studyFolder : folder, path));
      const wanted =
        from === null ? found : readNote(folder, from)?.outputs[path];
      if (found === null || found !== wanted)
        throw new StudyError(
          `study: ${stage.id} needs ${path}, ${
            found === null
              ? "which is not here"
              : "which is not what its note says"
          }; make ${from} first`,
        );
      return [name, found];
    }),
  );
}
