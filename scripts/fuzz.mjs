/** Damages the input of every reader for a while: `npm run fuzz -- --minutes 30`; prints how many inputs each reader took. */
import { parseArgs } from "node:util";
import { bootstrap } from "./bootstrap.mjs";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error(
    `fuzz: --minutes must be a positive number, got ${JSON.stringify(values.minutes)}`,
  );
  process.exit(2);
}
await bootstrap();
const { join } = await import("node:path");
const { spawnSync } = await import("node:child_process");
const { ROOT } = await import("./setup/place.mjs");
console.log(`fuzz: ${minutes} minutes, seed ${values.seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    join(ROOT, "node_modules", "vitest", "vitest.mjs"),
    ...["run", "test/fuzz", "--disable-console-intercept"],
  ],
  {
    cwd: ROOT,
    stdio: "inherit",
    env: {
      ...process.env,
      M2RL_FUZZ_MINUTES: values.minutes,
      M2RL_FUZZ_SEED: values.seed,
    },
  },
);
process.exitCode = status ?? 1;
