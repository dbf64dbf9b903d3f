/** Files that others wrote are read by src/io, which has budgets; every other way to open a file is listed here with its reason. */
import { expect, test } from "vitest";
import { readSources } from "./sources.js";

/** What opens a file for reading. */
const OPENS =
  /^(?!\s*\*).*\b(?:readFileSync|readFile|createReadStream|openSync|opendirSync)\(/m;

/** Files outside of src/io that open others by themselves. */
const OWN: Readonly<Record<string, string>> = {
  "analysis/weights/geometry/testedPredictors.ts": "data of the package",
  "engine/installed.ts": "a stamp of the set-up",
  "engine/choice.ts": "a stamp of the set-up",
  "cli/doctor.ts": "the kernel's file in the environment of the set-up",
  "report/paper/paperCsv.ts": "data of the package",
  "report/claims/claims.ts": "data of the package",
  "view/serve/page.ts": "files of the package",
  "merge/kernels/kernels.ts": "a file of the package",
  "toolName.ts": "package.json of the package",
  "domains/coding/sandbox.ts": "an account of the system",
  "domains/files/streamRows.ts":
    "opened by openRegular first, then streamed line by line",
  "checkpoint/openFiles.ts": "weights of any size, regular and read by parts",
  "checkpoint/checkpoint.ts": "weights of any size, regular and read by parts",
  "checkpoint/writer/checkpointWriter.ts": "weights that it writes itself",
  "checkpoint/writer/tensorWriter.ts": "weights that it writes itself",
  "checkpoint/writer/writeProgress.ts": "weights that it writes itself",
  "merge/stream/worker.ts": "weights that it writes itself",
};

test("no file of src but those listed opens a file past the budgets of src/io", () => {
  const opening = readSources()
    .filter(({ path }) => !/^io\/|^view\/page\//.test(path))
    .filter(({ text }) => OPENS.test(text))
    .map(({ path }) => path);
  expect(opening.sort()).toEqual(Object.keys(OWN).sort());
});
