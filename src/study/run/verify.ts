/** Check a study's record: hashes along the chain of notes, every score from its records, every row from its lines. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { readRecords } from "../../evaluate/index.js";
import { mean } from "../../stats/index.js";
import { BUDGETS, readText } from "../../io/index.js";
import { rowFile, ROWS_KIND, type RowsSpec } from "../graph/plan.js";
import type { Stage } from "../graph/stage.js";
import { measure } from "../measures/index.js";
import type { ScoresSpec } from "../measures/behaviour/scores.js";
import { Results } from "../rows/results.js";
import { failure } from "./failure.js";
import { hashJson, hashPath } from "./hash.js";
import { notePath, readNote, stageKey, type Note } from "./notes.js";
import { prepare, type Choice, type Prepared } from "./prepare.js";
import { rowsText } from "./writeRows.js";

/** Something that does not match. */
export interface StudyProblem {
  stage: string;
  /** What must hold, got what. */
  text: string;
}

/** What a check of a study found. */
export interface Verification {
  /** Stages of the plan, and how many of them have a note for their present options. */
  stages: number;
  noted: number;
  /** Outputs whose content was hashed, and outputs that are not here (weights of a record). */
  hashed: number;
  absent: number;
  /** Means of benchmarks that were computed again from their records, and row files from their lines. */
  scores: number;
  rowFiles: number;
  problems: StudyProblem[];
}

/**
 * Check everything that a profile of a study has written, and change nothing.
 *
 * A note must be what its hash says, its inputs must be outputs of other notes, its outputs must be what it says; each score in a note
 * must be the mean of its records; each row file must be what its lines give.
 *
 * @throws StudyError the study file is broken or there is no base model
 * @example
 * study.verifyStudy("studies/pico", { profile: "quick" }).problems // []
 */
export function verifyStudy(path: string, choice: Choice = {}): Verification {
  return new Verifier(prepare(path, choice)).verify();
}

class Verifier {
  private readonly found: Verification;

  constructor(private readonly prepared: Prepared) {
    this.found = {
      stages: prepared.stages.length,
      noted: 0,
      hashed: 0,
      absent: 0,
      scores: 0,
      rowFiles: 0,
      problems: [],
    };
  }

  verify(): Verification {
    const { stages, folder } = this.prepared;
    for (const stage of stages) {
      const note = readNote(folder, stage.id);
      if (note === null) {
        if (existsSync(notePath(folder, stage.id)))
          this.problem(stage, "its note must have the hash that it states");
        continue;
      }
      if (note.key !== stageKey(stage, note.inputs)) {
        if (note.key !== ownKey(note))
          this.problem(stage, "its note must have the key of its content");
        continue;
      }
      this.found.noted++;
      const sound = [this.inputs(stage, note), this.outputs(stage, note)];
      if (sound.includes(false)) continue;
      if (stage.kind === "scores" || stage.kind === "taskScores")
        this.scores(stage, note);
      if (stage.kind === ROWS_KIND) this.rows(stage as Stage<RowsSpec>);
    }
    return this.found;
  }

  private problem({ id }: Stage, text: string): false {
    this.found.problems.push({ stage: id, text });
    return false;
  }

  /** Each input must be what the note of its stage says. */
  private inputs(stage: Stage, note: Note): boolean {
    const { folder, studyFolder } = this.prepared;
    const wrong = Object.entries(stage.inputs).filter(
      ([name, { stage: from, path }]) => {
        const hash =
          from === null
            ? hashPath(join(studyFolder, path))
            : readNote(folder, from)?.outputs[path];
        return hash !== note.inputs[name];
      },
    );
    for (const [name, { path }] of wrong)
      this.problem(
        stage,
        `its input ${name} must be ${path} as the note has it; the file has changed since`,
      );
    return wrong.length === 0;
  }

  /** Each output that is here must be what the note says. */
  private outputs(stage: Stage, note: Note): boolean {
    const found = stage.outputs.map((path) => {
      const hash = hashPath(join(this.prepared.folder, path));
      if (hash === null) this.found.absent++;
      else this.found.hashed++;
      return hash === null || hash === note.outputs[path]
        ? true
        : this.problem(stage, `${path} must be as noted, got another content`);
    });
    return !found.includes(false);
  }

  /** Each score of the note must be the mean over tasks of its records. */
  private scores(stage: Stage, note: Note): void {
    const { scores = {} } = note.facts as { scores?: Record<string, number> };
    for (const path of stage.outputs) {
      const full = join(this.prepared.folder, path);
      if (!existsSync(full)) continue;
      const { records, header } = readRecords(full);
      const { items, samples } =
        stage.kind === "scores" ? (stage as Stage<ScoresSpec>).spec : header;
      const name = basename(path, ".jsonl");
      const own = mean(records.map(({ reward }) => reward));
      this.found.scores++;
      if (records.length !== items * samples)
        this.problem(
          stage,
          `${path} must hold ${items} × ${samples} records, got ${records.length}`,
        );
      else if (Math.abs(own - (scores[name] ?? NaN)) < 1e-9 === false)
        this.problem(
          stage,
          `${name} must be noted as ${own}, the mean of its records, got ${scores[name] ?? "none"}`,
        );
      const odd = records.find(
        ({ reward, outcome }) => (reward === 1) !== (outcome === "correct"),
      );
      if (odd)
        this.problem(
          stage,
          `${path} must reward what is correct and nothing else, got reward ${odd.reward} for "${odd.outcome}" (${odd.task})`,
        );
    }
  }

  /** Each row file must be what its lines give; where lines are not here it is left alone. */
  private rows(stage: Stage<RowsSpec>): void {
    const { study, studyFolder, folder } = this.prepared;
    const here = Object.values(stage.inputs).every(
      ({ stage: from, path }) =>
        from === null || existsSync(join(folder, path)),
    );
    if (!here) return;
    const entry = stage.spec.measure;
    const own = measure(entry.by);
    const rows = own.rows(entry, new Results(study, studyFolder, folder));
    for (const file of own.rowFiles) {
      const path = `analysis/${rowFile(entry, file)}.json`;
      const full = join(folder, path);
      if (!existsSync(full)) continue;
      this.found.rowFiles++;
      if (readText(full, BUDGETS.lines, failure) !== rowsText(rows[file]!))
        this.problem(
          stage,
          `${path} must be what its records give, got others`,
        );
    }
  }
}

/** The key that a note's own content gives. */
function ownKey({ kind, version, spec, inputs }: Note): string {
  return hashJson({ kind, version, spec, inputs });
}
