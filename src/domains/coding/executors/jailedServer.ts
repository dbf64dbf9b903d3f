/** One fork server in its jail: orders in, replies out, one at a time. */
import type { ChildProcess } from "node:child_process";
import { ENDINGS, MAGIC, ORDER_HEAD, REPLY_HEAD } from "./forkServer.js";
import { startJail } from "./jail.js";
import type { PythonLimits, PythonRun } from "./executor.js";

/** Milliseconds without any progress of its clock after which a program counts as asleep. */
const IDLE_MS = 10_000;

/** What the fork server says of a run. */
export interface Reply {
  ending: (typeof ENDINGS)[number];
  /** Exit status, or minus the signal. */
  status: number;
  /** Seconds of CPU time. */
  seconds: number;
  stdout: Buffer;
  /** The last 4 KiB. */
  stderr: Buffer;
  /** "+" once the limits hold, then the result of the called function. */
  result: Buffer;
}

function orderOf(run: PythonRun, limits: PythonLimits): Buffer[] {
  const body = Buffer.from(JSON.stringify(run));
  const head = Buffer.alloc(ORDER_HEAD);
  [
    MAGIC,
    body.length,
    Math.ceil(limits.seconds * 1000),
    limits.memory,
    limits.output,
    IDLE_MS,
  ].forEach((value, i) => head.writeUInt32LE(value, 4 * i));
  return [head, body];
}

/** The reply at the start of the bytes; null while it is not complete. */
function parseReply(bytes: Buffer): Reply | null {
  if (bytes.length < REPLY_HEAD) return null;
  if (bytes.readUInt32LE(0) !== MAGIC)
    throw new Error("a reply that is out of step");
  const lengths = [16, 20, 24].map((at) => bytes.readUInt32LE(at));
  const total = lengths.reduce((sum, length) => sum + length, REPLY_HEAD);
  if (bytes.length < total) return null;
  let at = REPLY_HEAD;
  const [stdout, stderr, result] = lengths.map((length) =>
    bytes.subarray(at, (at += length)),
  );
  return {
    ending: ENDINGS[bytes.readUInt32LE(4)]!,
    status: bytes.readInt32LE(8),
    seconds: bytes.readUInt32LE(12) / 1000,
    stdout: stdout!,
    stderr: stderr!,
    result: result!,
  };
}

/** A fork server; once an order fails it is ended and of no further use. */
export class JailedServer {
  private parts: Buffer[] = [];
  private said = "";
  private waiting:
    { done(reply: Reply): void; fail(error: Error): void } | undefined;

  private constructor(private readonly jail: ChildProcess) {
    jail.stdout!.on("data", (part: Buffer) => this.receive(part));
    jail.stderr!.on("data", (part: Buffer) => {
      this.said = (this.said + part.toString()).slice(-1000);
    });
    // Its end shows at "close"; an error of the pipe says the same earlier and less clearly.
    jail.stdin!.on("error", () => undefined);
    jail.once("error", (error) => this.fail(error.message));
    jail.once("close", (status) =>
      this.fail(this.said.trim().split("\n").at(-1) || `status ${status}`),
    );
  }

  /** @throws InfrastructureError no jail can be made here */
  static async start(): Promise<JailedServer> {
    return new JailedServer(await startJail());
  }

  /**
   * Run a program once.
   *
   * @param patience  milliseconds after which the server itself counts as broken
   * @throws Error the server ended or did not answer
   */
  async run(
    run: PythonRun,
    limits: PythonLimits,
    patience: number,
  ): Promise<Reply> {
    const timer = setTimeout(
      () => this.fail(`no answer within ${patience / 1000} s`),
      patience,
    );
    try {
      return await new Promise<Reply>((done, fail) => {
        this.waiting = { done, fail };
        for (const part of orderOf(run, limits)) this.jail.stdin!.write(part);
      });
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  /** End the jail and everything in it. */
  end(): void {
    this.jail.kill("SIGKILL");
  }

  private receive(part: Buffer): void {
    this.parts.push(part);
    try {
      const bytes = this.parts.length === 1 ? part : Buffer.concat(this.parts);
      const reply = parseReply(bytes);
      this.parts = reply ? [] : [bytes];
      if (reply) this.waiting?.done(reply);
    } catch (error) {
      this.fail((error as Error).message);
    }
  }

  private fail(why: string): void {
    this.waiting?.fail(new Error(why));
    this.end();
  }
}
