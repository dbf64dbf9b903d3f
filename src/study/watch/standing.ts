/** The words for where a stage stands; without imports, since pages in a browser use them too. */

/**
 * Where a stage stands.
 *
 * - "done": its note fits what the study asks for now, and the notes of what it needs; outputs may be absent, as in a record;
 * - "running", "stopped", "failed", "killed": what its sign says; "killed" where the process that made it is gone;
 * - "changed": it was done for other options or inputs;
 * - "ready", "waiting": nothing is done yet, and what it needs is done, or is not.
 */
export type Standing =
  | "done"
  | "running"
  | "stopped"
  | "failed"
  | "killed"
  | "changed"
  | "ready"
  | "waiting";
