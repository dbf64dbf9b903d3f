/**
 * How often each grader agrees with its reference on the golden sets, and where it does not: `npm run parity [-- GRADER]`.
 *
 * The golden sets are made by scripts/golden; this needs only the build. Exit code 1 where a disagreement is not explained in
 * test/golden/domains/explained.json or in scripts/parity/.
 */
import { readFileSync } from "node:fs";
import * as domains from "../dist/domains/index.js";
import { GRADERS, gradeQwen } from "../dist/domains/math/graders/index.js";
import { bfclParity } from "./parity/bfcl.mjs";
import { instructionParity } from "./parity/instruction.mjs";
import { scienceParity } from "./parity/science.mjs";
import { workplaceParity } from "./parity/workplace.mjs";

const folder = new URL("../test/golden/domains/", import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));

/** Golden set → the judgement that is compared with it. */
const SETS = {
  mathVerify: (r, c) => grader("mathVerify").grade(r, c),
  deepscaler: (r, c) => grader("deepscaler").grade(r, c),
  dapo: (r, c) => grader("dapo").grade(r, c),
  qwen: (r, c) => gradeQwen(r, c, "evalscope"),
};

function grader(name) {
  return GRADERS.find((row) => row.name === name);
}

const explained = read("explained.json");
let open = 0;
for (const [name, grade] of Object.entries(SETS)) {
  if (process.argv[2] && process.argv[2] !== name) continue;
  const { cases, versions } = read(`${name}.json`);
  const labelled = cases.filter(([, , right]) => typeof right === "boolean");
  const apart = labelled.filter(
    ([r, c, right]) => (grade(r, c).outcome === "right") !== right,
  );
  const share = (100 * (labelled.length - apart.length)) / labelled.length;
  console.log(
    `${name}: ${share.toFixed(2)} % of ${labelled.length} agree (reference: ${Object.entries(
      versions,
    )
      .map((v) => v.join(" "))
      .join(", ")})`,
  );
  for (const [r, c, right] of apart) {
    const why = explained[name]?.[`${r} | ${c}`];
    if (!why) open++;
    console.log(
      `  ${right ? "reference accepts" : "reference rejects"}: ${JSON.stringify(r)} ← ${JSON.stringify(c)}${why ? ` (${why})` : ""}`,
    );
  }
}
const wants = (name) => [undefined, name].includes(process.argv[2]);
for (const row of [
  ...(wants("instruction") ? instructionParity() : []),
  ...(wants("science") ? scienceParity(domains) : []),
  ...(wants("workplace") ? workplaceParity(domains) : []),
  ...(wants("bfcl") ? bfclParity(domains) : []),
]) {
  const share = (100 * (row.total - row.differing.length)) / row.total;
  console.log(
    `${row.name}: ${share.toFixed(2)} % of ${row.total} agree (reference: ${row.versions.join(", ")})`,
  );
  for (const { what, why } of row.differing) {
    if (!why) open++;
    console.log(`  ${what}${why ? ` (${why})` : ""}`);
  }
}
process.exitCode = open > 0 ? 1 : 0;
