/** A trainer as a child process: started in a group of its own, followed by what it prints, ended with this process. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { TrainError } from "../../error.js";

/** What is started. */
export interface TrainerProcess {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** File that everything it says is written to. */
  output: string;
}

/** How a line of the trainer's log is marked among everything that it prints. */
const MARK = "m2rl ";

/** Milliseconds that a trainer may take to end when it is asked to. */
const PATIENCE = 10_000;

/** End a process with its children. */
async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, "close");
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // The group has ended meanwhile.
    }
  };
  signal("SIGTERM");
  const timer = setTimeout(() => signal("SIGKILL"), PATIENCE);
  await gone;
  clearTimeout(timer);
}

/** What a trainer said last about why it ended: its own error before those of the libraries around it. */
function reason(said: readonly string[]): string {
  const lines = said.map((line) => line.trim()).filter((line) => line !== "");
  const own = lines.filter((line) => line.startsWith("train_trl: ")).at(-1);
  const thrown = lines.filter((line) => /^[\w.]*Error\b/.test(line)).at(-1);
  return (own ?? thrown ?? lines.at(-1) ?? "nothing said").slice(0, 300);
}

/**
 * Start a trainer, hear every line of its log, wait until it has ended.
 *
 * Its standard input stays open as long as this process lives: a trainer that reads its end ends too, so that a killed stage leaves
 * nobody behind who writes.
 *
 * @param onLine  called with the text of each log line; what it throws ends the trainer and is thrown here
 * @throws TrainError it could not be started, or ended with another code than 0 · the signal's reason, once everything has ended
 */
export async function followTrainer(
  { command, args, env, output }: TrainerProcess,
  onLine: (text: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn(command, args, {
    env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  // It may end before its input does.
  child.stdin.on("error", () => undefined);
  const said: string[] = [];
  let broken: { error: unknown } | null = null;
  const stop = (): void => void end(child);
  const file = createWriteStream(output, { flags: "a" });
  const hear = (line: string): void => {
    file.write(`${line}\n`);
    said.push(line);
    if (said.length > 400) said.shift();
    if (!line.startsWith(MARK) || broken) return;
    try {
      onLine(line.slice(MARK.length));
    } catch (error) {
      broken = { error };
      stop();
    }
  };
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on("line", hear);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    // Rejects where the command cannot be started.
    const [code, by] = (await once(child, "close")) as [
      number | null,
      NodeJS.Signals | null,
    ];
    signal?.throwIfAborted();
    if (broken) throw (broken as { error: unknown }).error;
    if (code !== 0)
      throw new TrainError(
        `trl: the trainer must finish, got ${by ?? `exit code ${code}`}: ${reason(said)}; ${output} holds all it said, rerun the same command to resume`,
      );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall?.startsWith("spawn"))
      throw new TrainError(
        `trl: ${command} must start, got "${(error as Error).message}"`,
        { cause: error },
      );
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    child.stdin.destroy();
    file.end();
  }
}
