/** The pico study after its run. */
import { open, run, type Study } from "../../../src/study/index.js";
import { picoStudy } from "../pico.js";

/** Write a study with its random base model into a new temporary folder, run it to its end, and open it. */
export async function ranPico(text: string): Promise<Study> {
  const folder = picoStudy(text);
  await run(folder, { jobs: 2 });
  return open(folder);
}
