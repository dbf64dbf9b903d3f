/** A set-up that contends for the lock, as a process of its own: says how often it had it, and how often it was not alone. */
import { mkdirSync, rmdirSync } from "node:fs";
import { alone } from "../../scripts/setup/lock.mjs";

const [lock, critical, turns, mode] = process.argv.slice(2);
let held = 0;
let overlaps = 0;
for (let i = 0; i < Number(turns); i++)
  await alone(
    async () => {
      held++;
      try {
        mkdirSync(critical);
        await new Promise((resolve) => setImmediate(resolve));
        rmdirSync(critical);
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        overlaps++;
      }
      if (mode === "die") process.kill(process.pid, "SIGKILL");
    },
    () => {},
    { lock, pause: 1 },
  );
console.log(JSON.stringify({ held, overlaps }));
