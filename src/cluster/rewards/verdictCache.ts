/** Verdicts by content: a row that was judged, or is being judged, is not judged again. */
import { hashText } from "../../io/index.js";
import type { RewardRow } from "./judge.js";
import type { Judged } from "./worker.js";

/** A key that equal rows share; the prompt is no part of it, since it decides nothing. */
function contentKey({ label, turns, finish }: RewardRow): string {
  const text = JSON.stringify([
    typeof label === "string" ? label : JSON.stringify(label),
    turns,
    finish ?? null,
  ]);
  return hashText(text);
}

/** The last so many verdicts, and those under way. Failures are forgotten: the next request tries again. */
export class VerdictCache {
  private readonly entries = new Map<string, Promise<Judged>>();

  /** @param size  most verdicts kept */
  constructor(private readonly size = 100_000) {}

  /** How many verdicts are kept or under way. */
  get count(): number {
    return this.entries.size;
  }

  /**
   * Results of rows, judging only those whose content is new.
   *
   * @param judge  judges rows, results in their order; failures are results, it never rejects
   * @returns results in the order of the rows, and how many of them were known
   */
  async judge(
    rows: readonly RewardRow[],
    judge: (rows: RewardRow[]) => Promise<Judged[]>,
  ): Promise<{ results: Judged[]; known: number }> {
    const fresh: RewardRow[] = [];
    const settle: ((judged: Judged) => void)[] = [];
    const pending = rows.map((row) => {
      const key = contentKey(row);
      const kept = this.entries.get(key);
      if (kept !== undefined) {
        // Moved to the end: what is asked for stays.
        this.entries.delete(key);
        this.entries.set(key, kept);
        return kept;
      }
      fresh.push(row);
      const own = new Promise<Judged>((done) => settle.push(done));
      this.keep(key, own);
      return own;
    });
    if (fresh.length > 0)
      (await judge(fresh)).forEach((result, i) => settle[i]!(result));
    return {
      results: await Promise.all(pending),
      known: rows.length - fresh.length,
    };
  }

  private keep(key: string, result: Promise<Judged>): void {
    this.entries.set(key, result);
    void result.then((judged) => {
      if ("failed" in judged && this.entries.get(key) === result)
        this.entries.delete(key);
    });
    if (this.entries.size > this.size)
      this.entries.delete(this.entries.keys().next().value!);
  }
}
