/** The known name that is closest to a mistyped one. */

/** Longest name, in letters, that is compared with others: one that is longer is no slip of the hand. */
const LONGEST = 100;

/** Edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/**
 * The known name closest to `name`, or null where none is close (more than a third of its letters differ) or it has more than 100
 * letters.
 *
 * @example
 * nearest("grupSize", ["groupSize", "steps"]) // "groupSize"
 */
export function nearest(name: string, known: readonly string[]): string | null {
  if (name.length > LONGEST) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    // Each letter more or less is an edit.
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) {
      best = candidate;
      least = edits;
    }
  }
  return best;
}

/** The end of an error about an unknown name: the closest known name, then all of them. */
export function hint(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  const list = `known: ${known.join(", ")}`;
  return close === null
    ? list
    : `did you mean ${JSON.stringify(close)}? ${list}`;
}
