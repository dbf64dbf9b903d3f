/** Run a command and measure it: seconds, processor time, and the peak resident memory of it and all its children. */
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

const EVERY_MS = 50;

/** Resident bytes of a process and everything under it, from /proc; NaN where there is none. */
function residentBytes(root) {
  let table;
  try {
    table = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
          const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
          return [
            {
              pid: Number(pid),
              parent: Number(fields[1]),
              pages: Number(fields[21]),
            },
          ];
        } catch {
          return []; // It ended meanwhile.
        }
      });
  } catch {
    return NaN;
  }
  const inside = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const { pid, parent } of table) {
      if (inside.has(parent) && !inside.has(pid))
        grew = Boolean(inside.add(pid));
    }
  }
  const pages = table.filter(({ pid }) => inside.has(pid));
  return 4096 * pages.reduce((sum, { pages: own }) => sum + own, 0);
}

/**
 * Run a command to its end.
 *
 * @returns seconds, peak in bytes, and what it printed on stdout
 * @throws Error it failed; the message has the end of what it printed
 */
export function measure(command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let peak = 0;
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr = (stderr + text).slice(-4000)));
    const sample = () => (peak = Math.max(peak, residentBytes(child.pid)));
    const timer = setInterval(sample, EVERY_MS);
    child.on("error", reject);
    child.on("close", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ seconds, peak, stdout });
      else
        reject(
          new Error(
            `${command} ${args.join(" ")} ended with ${code}: ${stderr}`,
          ),
        );
    });
  });
}
