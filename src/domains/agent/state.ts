/** Equality of workplaces: what the verdict of an episode rests on. */
import type { Workplace } from "./data.js";

/**
 * Whether two workplaces hold the same rows in every table, in any order; texts are compared exactly.
 *
 * Source: final-state rule of the workplace assistant (NeMo-Gym `is_correct`).
 * Deviates: row order never counts (there two sends in another order differ, an accident of its data frames), and case counts.
 */
export function sameState(first: Workplace, second: Workplace): boolean {
  return (
    JSON.stringify(comparedRows(first)) === JSON.stringify(comparedRows(second))
  );
}

/** What of a workplace counts: the rows of every table, sorted. */
export function comparedRows({
  directory,
  calendar,
  sent,
  tasks,
}: Workplace): string[][] {
  const rows = (table: readonly string[][]): string[] =>
    table.map((row) => JSON.stringify(row)).sort();
  return [
    rows(directory.map(({ name, email }) => [name, email])),
    rows(
      calendar.map(({ name, id, hour, guests }) => [
        name,
        String(id),
        String(hour),
        ...[...guests].sort(),
      ]),
    ),
    rows(sent.map(({ to, body }) => [to, body])),
    rows(tasks.map(({ to, title }) => [to, title])),
  ];
}
