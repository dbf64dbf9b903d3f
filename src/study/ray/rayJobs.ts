/** Jobs of a Ray cluster over its HTTP interface, version 4. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { InfrastructureError } from "../../error.js";
import { BUDGETS, readText } from "../../io/index.js";
import { Client } from "../../rollout/index.js";

/** What Ray says of a job. */
export interface RayJob {
  status: "PENDING" | "RUNNING" | "STOPPED" | "SUCCEEDED" | "FAILED";
  message: string;
}

/** Whether a job will not change any more. */
export function hasEnded({ status }: RayJob): boolean {
  return status !== "PENDING" && status !== "RUNNING";
}

/**
 * The token of a cluster that asks for one, from where Ray itself looks: `RAY_AUTH_TOKEN`, the file that `RAY_AUTH_TOKEN_PATH` names,
 * or `~/.ray/auth_token`; "" where there is none.
 */
export function rayToken(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["RAY_AUTH_TOKEN"];
  if (given !== undefined && given !== "") return given.trim();
  const named = environment["RAY_AUTH_TOKEN_PATH"];
  const path = named ?? join(homedir(), ".ray", "auth_token");
  if (!existsSync(path)) return "";
  return readText(
    path,
    BUDGETS.config,
    (text, cause) => new InfrastructureError(`ray: ${text}`, { cause }),
  ).trim();
}

/** Seconds until a question is given up, and further tries: whether there is a head shows at once, one that starts up needs a while. */
const FIRST = { timeout: 60, retries: 2, backoff: 0.5 };
const LATER = { ...FIRST, retries: 7 };

/** The jobs of one cluster. */
export class RayJobs {
  private readonly first: Client;
  private readonly later: Client;

  /**
   * @param head   address of the dashboard, for example "http://head:8265"
   * @param token  sent as bearer token; "" where the cluster asks for none
   */
  constructor(
    readonly head: string,
    token: string,
  ) {
    this.first = new Client(head, { ...FIRST, token });
    this.later = new Client(head, { ...LATER, token });
  }

  close(): void {
    this.first.close();
    this.later.close();
  }

  /** Check that a head answers, and takes the token. */
  async check(): Promise<void> {
    await this.ask("GET", "/api/version", { client: this.first });
  }

  /** A job by its id; null where the head does not know it, as after a restart. */
  async find(id: string): Promise<RayJob | null> {
    const answer = await this.ask("GET", `/api/jobs/${id}`, {
      absent: [404],
    });
    if (answer === null) return null;
    const { status, message } = answer as RayJob;
    return { status, message: message ?? "" };
  }

  /** Start a job. An answer that was lost does no harm: the id is ours, and Ray takes it once. */
  async submit(
    id: string,
    entrypoint: string,
    env_vars: Record<string, string>,
  ): Promise<void> {
    const body = { submission_id: id, entrypoint, runtime_env: { env_vars } };
    try {
      await this.ask("POST", "/api/jobs/", { body });
    } catch (error) {
      if ((await this.find(id)) === null) throw error;
    }
  }

  /** Ask a job to stop; its processes get a signal, and are killed when they do not end. */
  async stop(id: string): Promise<void> {
    await this.ask("POST", `/api/jobs/${id}/stop`, {
      body: {},
      absent: [404],
    });
  }

  /** @returns the answer; null for one of the `absent` statuses */
  private async ask(
    method: "GET" | "POST",
    path: string,
    {
      client = this.later,
      body,
      absent = [],
    }: { client?: Client; body?: object; absent?: readonly number[] },
  ): Promise<unknown> {
    const { status, body: answer, text } = await client.ask(method, path, body);
    if (absent.includes(status)) return null;
    if (status === 401 || status === 403)
      throw new InfrastructureError(
        `ray: ${this.head} must take the token (RAY_AUTH_TOKEN, RAY_AUTH_TOKEN_PATH or ~/.ray/auth_token), got status ${status}`,
      );
    if (status >= 400 || typeof answer !== "object" || answer === null)
      throw new InfrastructureError(
        `ray: ${method} ${this.head}${path} must be answered, got status ${status}: ${text.slice(0, 300)}`,
      );
    return answer;
  }
}
