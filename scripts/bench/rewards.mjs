/**
 * Load on the reward service: `npm run bench:rewards`; `-- --verdicts 1000000` is the soak.
 *
 * A process of its own asks over loopback with so many requests open at a time, each row new, so that no verdict is remembered.
 * Prints verdicts a second, latency at the median and at 99 %, lost and wrong answers, and the service's memory along the way.
 */
import { fork } from "node:child_process";
import { Agent, request } from "node:http";
import { availableParallelism, cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cluster, random, world } from "m2rl";

const { values } = parseArgs({
  options: {
    verdicts: { type: "string", default: "40000" },
    rows: { type: "string", default: "16" }, // in a request
    open: { type: "string", default: "16" }, // requests at a time
    workers: { type: "string", default: "2" },
    domain: {
      type: "string",
      multiple: true,
      default: ["math", "instruction"],
    },
    serve: { type: "boolean", default: false },
  },
});

/** The service, in a process of its own; says its memory when asked. */
async function serve() {
  const server = await cluster.startRewardServer({
    workers: Number(values.workers),
  });
  process.on("message", (message) => {
    if (message === "memory") process.send({ rss: process.memoryUsage.rss() });
    else void server.close().then(() => process.exit());
  });
  process.send({ url: server.url });
}

function answerOf(process) {
  return new Promise((resolve) => process.once("message", resolve));
}

function post(url, agent, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode,
          rewards: JSON.parse(Buffer.concat(chunks)),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Tasks of a domain, as labels. */
function labels(domain) {
  return Array.from({ length: 200 }, (_, i) =>
    JSON.stringify(
      world.drawTask(domain, new random.Random(i, "bench/rewards"), {
        split: "train",
        level: 1,
      }),
    ),
  );
}

/** Ask for so many verdicts; every answer must be 0, since no row holds a right one. */
async function load(url, domain, count, onProgress) {
  const own = labels(domain);
  const size = Number(values.rows);
  const agent = new Agent({ keepAlive: true, maxSockets: Number(values.open) });
  const latencies = [];
  let lost = 0;
  let wrong = 0;
  let next = 0;
  const ask = async () => {
    for (;;) {
      const from = next;
      next += size;
      if (from >= count) return;
      const rows = Array.from({ length: size }, (_, i) => ({
        label: own[(from + i) % own.length],
        response: `<think>\n\n</think>\n\nattempt ${from + i}: \\boxed{none}<|im_end|>`,
      }));
      const started = performance.now();
      try {
        const { status, rewards } = await post(
          url,
          agent,
          JSON.stringify(rows),
        );
        if (status !== 200) lost += size;
        else if (domain === "math")
          wrong += rewards.filter((r) => r !== 0).length;
      } catch {
        lost += size;
      }
      latencies.push(performance.now() - started);
      if (from % 50_000 < size) await onProgress(from);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: Number(values.open) }, ask));
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor(share * (latencies.length - 1))];
  return { seconds, lost, wrong, p50: at(0.5), p99: at(0.99) };
}

async function bench() {
  console.log(
    `${cpus()[0].model}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; ${values.rows} rows a request, ${values.open} open, ${values.workers} threads`,
  );
  const service = fork(fileURLToPath(import.meta.url), [
    ...["--serve", "--workers", values.workers],
  ]);
  const { url } = await answerOf(service);
  const memory = async () => {
    service.send("memory");
    return ((await answerOf(service)).rss / 1e6).toFixed(0);
  };
  for (const domain of values.domain) {
    await load(`${url}/rewards`, domain, 2000, () => {}); // warms up
    const along = [];
    const count = Number(values.verdicts);
    const { seconds, lost, wrong, p50, p99 } = await load(
      `${url}/rewards`,
      domain,
      count,
      async () => along.push(await memory()),
    );
    console.log(
      `${domain}: ${Math.round(count / seconds).toLocaleString("en")} verdicts/s; a request takes ${p50.toFixed(1)} ms (median), ${p99.toFixed(1)} ms (99 %); ${lost} lost, ${wrong} wrong; service ${along.join(", ")} MB`,
    );
  }
  service.send("end");
}

await (values.serve ? serve() : bench());
