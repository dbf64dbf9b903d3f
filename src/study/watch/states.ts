/** Where every stage of a study stands, by looking at notes and signs alone: nothing is hashed, so that it can be asked each second. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { leaseState } from "../../io/index.js";
import type { StudySpec } from "../graph/model.js";
import { plan } from "../graph/plan.js";
import type { Stage } from "../graph/stage.js";
import { notePath, readNote, stageKey, type Note } from "../run/notes.js";
import { readSign, signPath, type Seen } from "./sign.js";
import type { Standing } from "./standing.js";

/** A stage and where it stands. */
export interface StageState {
  stage: Stage;
  standing: Standing;
  /** Its note; null where it was never done. */
  note: Note | null;
  /** Whether its outputs are here. */
  isHere: boolean;
  /** How far it is, while it is made or where it ended. */
  sign: Seen | null;
}

/** Where a study stands. */
export interface StudyState {
  stages: StageState[];
  /** Whether a run works in the folder: "abandoned" where one was killed. */
  run: "held" | "abandoned" | null;
}

/** Identity of what lies at a path, so that it is read again only when it changed. */
function identity(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
}

/**
 * Looks at a study again and again; a file is read only when it changed.
 *
 * Inputs are taken from the notes of the stages that wrote them, and the base model's from the stage's own note: whether files are what
 * their notes say is the question of `verifyStudy`.
 *
 * @example
 * const { spec, runFolder } = open("data/hard", { profile: "full" });
 * new Watch(spec, runFolder).look().stages.filter(({ standing }) => standing === "running")
 */
export class Watch {
  private readonly stages: Stage[];
  private readonly notes = new Map<string, { at: string; note: Note | null }>();
  private readonly keys = new WeakMap<Note, string>();

  constructor(
    study: StudySpec,
    private readonly runFolder: string,
  ) {
    this.stages = plan(study);
  }

  /** Where every stage stands now, in the order of the plan. */
  look(): StudyState {
    const done = new Map<string, Note>();
    const stages = this.stages.map((stage) => {
      const state = this.stateOf(stage, done);
      if (state.standing === "done") done.set(stage.id, state.note!);
      return state;
    });
    return { stages, run: leaseState(join(this.runFolder, ".lock")) };
  }

  /** A text that changes whenever a note or a sign does. */
  signature(): string {
    const own = this.stages.map(
      ({ id }) =>
        `${identity(notePath(this.runFolder, id))};${identity(signPath(this.runFolder, id))}`,
    );
    // A process that is gone changes no file.
    const killed = this.stages.filter(
      ({ id }) => readSign(this.runFolder, id)?.state === "killed",
    );
    const run = leaseState(join(this.runFolder, ".lock"));
    return `${run} ${killed.length} ${own.join("|")}`;
  }

  private stateOf(stage: Stage, done: ReadonlyMap<string, Note>): StageState {
    const note = this.note(stage.id);
    const sign = readSign(this.runFolder, stage.id);
    const isHere =
      note !== null &&
      stage.outputs.every((path) => existsSync(join(this.runFolder, path)));
    const standing = (): Standing => {
      if (sign?.state === "running") return "running";
      const isReady = Object.values(stage.inputs).every(
        ({ stage: from }) => from === null || done.has(from),
      );
      if (note !== null && isReady && this.fits(stage, note, done))
        return "done";
      if (sign !== null) return sign.state;
      if (note !== null) return "changed";
      return isReady ? "ready" : "waiting";
    };
    return { stage, standing: standing(), note, isHere, sign };
  }

  private note(id: string): Note | null {
    const at = identity(notePath(this.runFolder, id));
    const known = this.notes.get(id);
    if (known?.at === at) return known.note;
    const note = at === "" ? null : readNote(this.runFolder, id);
    this.notes.set(id, { at, note });
    return note;
  }

  private fits(
    stage: Stage,
    note: Note,
    done: ReadonlyMap<string, Note>,
  ): boolean {
    const inputs = Object.fromEntries(
      Object.entries(stage.inputs).map(([name, { stage: from, path }]) => [
        name,
        (from === null ? note.inputs[name] : done.get(from)?.outputs[path]) ??
          "",
      ]),
    );
    const known = this.keys.get(note) ?? stageKey(stage, note.inputs);
    this.keys.set(note, known);
    const same = Object.entries(inputs).every(
      ([name, hash]) => note.inputs[name] === hash,
    );
    return same && known === note.key;
  }
}
