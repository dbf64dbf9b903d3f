/** Verdicts a second of small Python programs in warm jails: `node scripts/bench/sandbox.mjs`; prints machine and load. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { domains } from "m2rl";

const RUNS = 1000;
const problem = {
  language: "python",
  mode: "stdin",
  tests: [{ input: "4\n", output: "5\n" }],
};
const workers = 2;
const python = domains.embedded({ workers });

/** Grade so many programs, as many at a time as there are jails; each must pass. */
async function grade(runs) {
  let left = runs;
  const lane = async () => {
    while (left-- > 0) {
      const program = `print(int(input()) + 1)  # ${left}`;
      const { passed } = await domains.gradeProgram(
        python,
        "bench",
        problem,
        program,
      );
      if (!passed) throw new Error("a right program did not pass");
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
}

await grade(20);
const start = performance.now();
await grade(RUNS);
const seconds = (performance.now() - start) / 1000;
await python.close();
console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`,
);
console.log(
  `${(RUNS / seconds).toFixed(0)} verdicts a second with ${workers} jails`,
);
