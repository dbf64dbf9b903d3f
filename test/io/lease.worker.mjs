/**
 * A contender for a lease, as a process of its own: once all are there it takes the lease again and again, and reports when it was
 * not alone.
 */
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
// Not by the index, so that a thousand processes fit a machine.
import { takeLease } from "../../dist/io/lease.js";

const [path, critical, gate, attempts, mode] = process.argv.slice(2);
console.log("ready");
const never = new Int32Array(new SharedArrayBuffer(4));
while (!existsSync(gate)) Atomics.wait(never, 0, 0, 100);

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
