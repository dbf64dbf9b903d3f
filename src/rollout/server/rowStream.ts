/** The named streams of rollouts that a server samples. */
import type { RolloutOptions } from "../rollout.js";

/**
 * Name of each row's stream, by the row's place.
 *
 * @throws RangeError thinking is to be forced, which no server can
 */
export function rowStream({
  think,
  stream,
  names,
}: RolloutOptions): (row: number) => string {
  if (think === "forced")
    throw new RangeError(
      'rollouts: think must be "free" where a server samples, got "forced"',
    );
  return (row) => `${stream}/${names?.[row] ?? row}`;
}
