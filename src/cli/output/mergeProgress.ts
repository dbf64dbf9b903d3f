/** A line on stderr about a merge under way. */
import { byteText, type MergeProgress } from "../../merge/index.js";
import type { CliOutput } from "../verb.js";
import { progressLine, timeLeft } from "./progressLine.js";

/** The line itself. */
export function progressText({
  done,
  bytesRead,
  bytesWritten,
  seconds,
  secondsLeft,
}: MergeProgress): string {
  const bytes = bytesRead + bytesWritten;
  const left = secondsLeft === null ? "" : `, ${timeLeft(secondsLeft)}`;
  return `merged ${Math.floor(100 * done)} %, ${byteText(bytes)} read and written, ${byteText(bytes / seconds)}/s${left}`;
}

/**
 * Progress of a merge.
 *
 * @param now  as for `progressLine`
 */
export function mergeProgress(
  stderr: CliOutput["stderr"],
  now?: () => number,
): { show(progress: MergeProgress): void; end(): void } {
  const { show, end } = progressLine(stderr, now);
  return { show: (progress) => show(() => progressText(progress)), end };
}
