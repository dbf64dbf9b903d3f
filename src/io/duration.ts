/** Times for people. */

/**
 * Seconds as "8 s", "3 min 05 s" or "1 h 02 min"; null, which is not known yet, as "an unknown time".
 *
 * @example
 * duration(185) // "3 min 05 s"
 */
export function duration(seconds: number | null): string {
  if (seconds === null) return "an unknown time";
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600)
    return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, "0")} min`;
}
