/** Progress of a study as text: one line per stage, what is left, and at the end where the time went. */
import { duration } from "../../io/index.js";
import type { Overview } from "./advance.js";
import type { StudyEvent, StudyReport } from "./run.js";

/** Where the text goes; `process.stderr` fits. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

const EVERY = { terminal: 200, file: 10_000 };

/**
 * A handler for `run`'s `onProgress` that writes text.
 *
 * On a terminal the running stages are redrawn in place; elsewhere a line comes every ten seconds.
 */
export function terminalProgress(output: Output): (event: StudyEvent) => void {
  const running = new Map<string, string>();
  let drawn = 0;
  let last = performance.now();
  const clear = (): void => {
    if (drawn > 0) output.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const line = (text: string): void => {
    clear();
    output.write(`${text}\n`);
  };
  const status = (event: Extract<StudyEvent, { type: "progress" }>): void => {
    const head = overviewText(event.overview);
    if (!output.isTTY) {
      output.write(
        `  ${head} · ${[...running].map(([id, text]) => `${id} ${text}`).join(" · ")}\n`,
      );
      return;
    }
    clear();
    const width = (output.columns ?? 100) - 1;
    const lines = [
      ...[...running].map(([id, text]) => `  … ${id}  ${text}`),
      `  ${head}`,
    ];
    output.write(lines.map((text) => `${text.slice(0, width)}\n`).join(""));
    drawn = lines.length;
  };
  return (event) => {
    if (event.type === "plan") {
      const open = event.stages.filter(({ state }) => state !== "done");
      const done = event.stages.length - open.length;
      line(
        `${event.folder}: ${done} of ${event.stages.length} stages done, ${event.jobs} at a time`,
      );
      for (const { stage, state, reason } of open)
        if (state !== "waiting") line(`  to do: ${stage.id} (${reason})`);
    } else if (event.type === "start") {
      running.set(event.stage.id, "starts");
    } else if (event.type === "aside") {
      line(
        `  ${event.stage.id}: moved aside, since its note does not vouch for it: ${event.paths.join(", ")}`,
      );
    } else if (event.type === "progress") {
      running.set(event.stage.id, progressText(event));
      const now = performance.now();
      if (now - last >= (output.isTTY ? EVERY.terminal : EVERY.file)) {
        last = now;
        status(event);
      }
    } else if (event.type === "done") {
      running.delete(event.stage.id);
      line(
        `✓ ${event.stage.id}  ${event.note.seconds.toFixed(1)} s${factText(event.note.facts)}`,
      );
    }
  };
}

function overviewText({ finished, stages, seconds, left }: Overview): string {
  const rest =
    left === null ? "estimating what is left" : `about ${duration(left)} left`;
  return `${finished}/${stages} stages · ${duration(seconds)} · ${rest}`;
}

function progressText({
  done,
  total,
  metrics,
}: Extract<StudyEvent, { type: "progress" }>): string {
  const { reward, loss } = (metrics ?? {}) as {
    reward?: number;
    loss?: number;
  };
  const extra =
    reward !== undefined
      ? ` reward ${reward.toFixed(2)}`
      : loss !== undefined
        ? ` loss ${loss.toFixed(2)}`
        : "";
  return `${done}/${total}${extra}`;
}

function factText(facts: Readonly<Record<string, unknown>>): string {
  const { average } = facts as { average?: number };
  return average === undefined ? "" : `  average ${(100 * average).toFixed(1)}`;
}

/** Where the time went, one line per kind of stage, for people. */
export function timeTable({ stages, seconds }: StudyReport): string {
  const kinds = [...new Set(stages.map(({ kind }) => kind))];
  const rows = kinds.map((kind) => {
    const own = stages.filter((stage) => stage.kind === kind);
    const ran = own.filter((stage) => stage.ran);
    return [
      kind,
      `${ran.length} of ${own.length}`,
      `${ran.reduce((sum, stage) => sum + stage.seconds, 0).toFixed(1)} s`,
    ] as const;
  });
  const table = [["stage", "ran", "process time"] as const, ...rows];
  const width = [0, 1, 2].map((i) =>
    Math.max(...table.map((row) => row[i]!.length)),
  );
  const text = table.map(
    (row) =>
      `  ${row[0].padEnd(width[0]!)}  ${row[1].padStart(width[1]!)}  ${row[2].padStart(width[2]!)}`,
  );
  return `${text.join("\n")}\n  wall-clock time ${duration(seconds)}\n`;
}
