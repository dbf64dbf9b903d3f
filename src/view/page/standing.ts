/** Where stages stand, in words, signs and colours that do not need to be told apart by colour alone. */
import type { StageInfo, StudyInfo } from "../data/types.js";
import { h } from "./dom.js";
import { seconds } from "./format.js";

/** How a group of stages stands: the standing that says most. */
export type Standing = StageInfo["standing"];

/** Sign and word of each standing; the first that any stage has is that of a group. */
const STANDINGS: readonly { standing: Standing; sign: string; word: string }[] =
  [
    { standing: "failed", sign: "✕", word: "failed" },
    { standing: "killed", sign: "⚡", word: "killed" },
    { standing: "running", sign: "▶", word: "running" },
    { standing: "stopped", sign: "❚❚", word: "stopped" },
    { standing: "changed", sign: "↻", word: "to do again" },
    { standing: "ready", sign: "○", word: "to do" },
    { standing: "waiting", sign: "◌", word: "waiting" },
    { standing: "done", sign: "✓", word: "done" },
  ];

/** Stages that make a model, one per seed. */
export function stagesOf({ stages }: StudyInfo, model: string): StageInfo[] {
  return stages.filter(({ id }) => id.endsWith(`/models/${model}`));
}

/** The standing of several stages together. */
export function together(stages: readonly StageInfo[]): Standing {
  const found = STANDINGS.find(({ standing }) =>
    stages.some((stage) => stage.standing === standing),
  );
  return found?.standing ?? "waiting";
}

/** A sign with its word for those who cannot see it. */
export function signOf(standing: Standing): HTMLElement {
  const { sign, word } = STANDINGS.find((each) => each.standing === standing)!;
  return h(
    "span",
    { class: `sign ${standing}`, title: word },
    h("span", { "aria-hidden": "true" }, sign),
    h("span", { class: "unseen" }, word),
  );
}

/** The word of a standing. */
export function wordOf(standing: Standing): string {
  return STANDINGS.find((each) => each.standing === standing)!.word;
}

/** How far a stage is: "12 of 50, about 1 m 05 s left". */
export function progressText({ progress }: StageInfo): string {
  if (progress === null || progress.total === 0) return "";
  const { done, total, left } = progress;
  const rest = left === null ? "" : `, about ${seconds(left)} left`;
  return `${done} of ${total}${rest}`;
}

/** Estimated seconds until everything is done, from what finished stages took; null where none has. */
function leftOf(stages: readonly StageInfo[]): number | null {
  let took = 0;
  let expected = 0;
  let open = 0;
  let known = 0;
  for (const { standing, note, estimate, progress } of stages) {
    if (standing === "done") {
      took += note!.seconds;
      expected += estimate;
    } else if (standing === "running" && progress?.left != null)
      known += progress.left;
    else open += estimate;
  }
  if (expected === 0) return null;
  const running = stages.filter(({ standing }) => standing === "running");
  return (known + (open * took) / expected) / Math.max(1, running.length);
}

/** The whole study in one line. */
export function runLine({ stages, models, run, isLive }: StudyInfo): string {
  if (stages.length === 0) return `Records of ${models.length} models`;
  const of = (standing: Standing): number =>
    stages.filter((stage) => stage.standing === standing).length;
  const done = of("done");
  const all = `${done} of ${stages.length} stages done`;
  const running = of("running");
  const failed = of("failed");
  const failure = failed > 0 ? `, ${failed} failed` : "";
  if (running > 0) {
    const left = leftOf(stages);
    const rest = left === null ? "" : `, about ${seconds(left)} left`;
    return `${isLive ? "Running" : "Was running"}: ${running} under way, ${all}${failure}${rest}`;
  }
  if (done === stages.length) return `Complete: ${stages.length} stages`;
  if (of("killed") > 0 || run === "abandoned")
    return `The run was killed: ${all}${failure}; run the same command to resume`;
  if (failed > 0) return `The run failed: ${all}${failure}`;
  if (of("stopped") > 0) return `The run was stopped: ${all}`;
  return run === "held" ? `A run is at work: ${all}` : `Not running: ${all}`;
}
