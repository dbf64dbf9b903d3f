/** A contender for a lease, as a process of its own: takes it again and again, and reports when it was not alone. */
import { mkdirSync, rmdirSync } from "node:fs";
import { takeLease } from "../../dist/io/index.js";

const [path, critical, attempts, mode] = process.argv.slice(2);
let held = 0;
let overlaps = 0;
// However the machine shares its time, each contender has it once.
for (let i = 0; i < Number(attempts) || held === 0; i++) {
  let lease;
  try {
    lease = takeLease(path, "the place", (text) => new RangeError(text));
  } catch (error) {
    if (!(error instanceof RangeError) || !/one run at a time/.test(error))
      throw error;
    continue;
  }
  held++;
  try {
    mkdirSync(critical);
    if (mode === "die") {
      rmdirSync(critical);
      process.kill(process.pid, "SIGKILL");
    }
    rmdirSync(critical);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    overlaps++;
  }
  lease.check();
  lease.release();
}
console.log(JSON.stringify({ held, overlaps }));
