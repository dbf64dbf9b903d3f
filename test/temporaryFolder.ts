/** Every temporary folder of a test run stands in one, which is removed at the end, also when tests fail. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Called by vitest before the first test file; gives what is called after the last. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-test-"));
  process.env.TMPDIR = folder;
  process.env.TEMP = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
