/** A model behind an OpenAI-compatible server, as a sampler: token ids where the server takes them, text otherwise. */
import {
  turnLimit,
  type FinishReason,
  type Task,
} from "../../domains/index.js";
import { InfrastructureError } from "../../error.js";
import type { Tokenizer } from "../../tokenizer/index.js";
import { Episode, promptTokens, turnEnds } from "../episode.js";
import type { Rollout, RolloutOptions } from "../rollout.js";
import type { Sampler } from "../sampler.js";
import {
  readChoices,
  readPromptLogprobs,
  readUsage,
  type ServerChoice,
} from "./answers.js";
import { Client, type ClientOptions } from "./client.js";
import { findModel, NEUTRAL, probe, type Abilities } from "./probe.js";
import { rowStream } from "./rowStream.js";
import { seedOf } from "./seedOf.js";

/** Options of `connectServer`. */
export interface ServerOptions extends ClientOptions {
  /** Name of the model; default the only one that the server has. */
  model?: string;
  /** Accept a server that ignores seeds, whose answers nobody can repeat; default false. */
  unseeded?: boolean;
}

/** What a server was asked so far. */
export interface ServerUse {
  requests: number;
  retried: number;
  promptTokens: number;
  sampledTokens: number;
}

/** A prompt as the server takes it. */
interface Ask {
  ids: readonly number[];
  n: number;
  maxTokens: number;
  /** Tokens that end a turn. */
  ends: readonly number[];
  stream: string;
}

/**
 * A server's model.
 *
 * @example
 * const sampler = await connectServer("http://127.0.0.1:8392", tokenizer);
 * await evaluate.evaluateWith(sampler, "aime24", { items: 2, samples: 1 });
 * sampler.close();
 */
export class ServerSampler implements Sampler {
  readonly batch = 1;
  readonly ahead: number;
  private readonly used = { requests: 0, promptTokens: 0, sampledTokens: 0 };

  constructor(
    private readonly client: Client,
    private readonly tokenizer: Tokenizer,
    private readonly model: string,
    readonly identity: string,
    /** What the server can do, as a probe found it. */
    readonly abilities: Abilities,
    concurrency: number,
  ) {
    this.ahead = 2 * concurrency;
  }

  /** What the server was asked so far. */
  get use(): ServerUse {
    return { ...this.used, retried: this.client.retried };
  }

  decode(tokens: readonly number[]): string {
    return this.tokenizer.decode(tokens);
  }

  /** Let go of the connections. */
  close(): void {
    this.client.close();
  }

  async rollouts(
    tasks: readonly Task[],
    options: RolloutOptions,
  ): Promise<Rollout[]> {
    const name = rowStream(options);
    // Repetitions of a task that stand together are one request with n.
    const groups: number[][] = [];
    tasks.forEach((task, row) => {
      const group = groups.at(-1);
      const same = group !== undefined && tasks[group[0]!] === task;
      if (same && this.abilities.n) group.push(row);
      else groups.push([row]);
    });
    let graded = 0;
    const done = groups.map(async (rows) => {
      const task = tasks[rows[0]!]!;
      const prompt = promptTokens(this.tokenizer, task);
      const ends = turnEnds(this.tokenizer, [task]);
      const choices = await this.sample(
        {
          ids: prompt,
          n: rows.length,
          maxTokens: turnLimit(task),
          ends,
          stream: name(rows[0]!),
        },
        options,
      );
      return Promise.all(
        choices.map(async (choice, i) => {
          const episode = new Episode(task);
          const stream = name(rows[i]!);
          const rollout = await this.follow(
            episode,
            prompt,
            choice,
            stream,
            options,
          );
          graded += episode.seconds;
          return rollout;
        }),
      );
    });
    const settled = await Promise.allSettled(done);
    const results = settled.flatMap((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    options.onGraded?.(graded);
    return results;
  }

  async score(
    sequences: readonly (readonly number[])[],
  ): Promise<Float32Array[]> {
    return Promise.all(
      sequences.map(async (ids) => {
        const ask = { model: this.model, prompt: ids, max_tokens: 1 };
        for (const how of [
          { prompt_logprobs: 0 },
          { echo: true, logprobs: 1 },
        ]) {
          const { status, body } = await this.client.ask(
            "POST",
            "/v1/completions",
            { ...ask, temperature: 1, ...how },
          );
          if (status !== 200) continue;
          this.count(body);
          const logprobs = this.client.read(body, (own) =>
            readPromptLogprobs(own, ids),
          );
          if (logprobs !== null) return logprobs;
        }
        throw new InfrastructureError(
          `server: ${this.client.url} must give log-probabilities of given token ids, got none by prompt_logprobs or echo`,
        );
      }),
    );
  }

  /** Choices of one prompt, as many as were asked for. */
  private async sample(
    { ids, n, maxTokens, ends, stream }: Ask,
    { seed, temperature = 1, topP = 1 }: RolloutOptions,
  ): Promise<ServerChoice[]> {
    const { status, body, text } = await this.client.ask(
      "POST",
      "/v1/completions",
      {
        model: this.model,
        prompt: this.abilities.ids ? ids : this.tokenizer.decode(ids),
        ...{ n, temperature, top_p: topP, max_tokens: maxTokens },
        ...(this.abilities.neutral && NEUTRAL),
        seed: seedOf(seed, stream),
        stop: ends.map((id) => this.tokenizer.decode([id])),
        ...(this.abilities.logprobs && { logprobs: 1 }),
        ...(this.abilities.ids && {
          stop_token_ids: ends,
          return_token_ids: true,
        }),
      },
    );
    if (status !== 200)
      throw new InfrastructureError(
        `server: ${this.client.url} must take a request for completions, got status ${status}: ${text.slice(0, 300)}`,
      );
    const choices = this.client.read(body, readChoices);
    if (choices.length !== n)
      throw new InfrastructureError(
        `server: ${this.client.url} must give ${n} choices, got ${choices.length}`,
      );
    this.count(body);
    return choices;
  }

  private count(body: unknown): void {
    const { prompt, completion } = this.client.read(body, readUsage);
    this.used.requests++;
    this.used.promptTokens += prompt;
    this.used.sampledTokens += completion;
  }

  /** From the first turn of a task to its rollout: an environment answers turns until the episode is over. */
  private async follow(
    episode: Episode,
    prompt: number[],
    first: ServerChoice,
    stream: string,
    options: RolloutOptions,
  ): Promise<Rollout> {
    const { task } = episode;
    const maxTokens = turnLimit(task);
    const ends = turnEnds(this.tokenizer, [task]);
    const all: Pick<Rollout, "tokens" | "sampled" | "logprobs"> = {
      ...{ tokens: [], sampled: [], logprobs: [] },
    };
    for (let choice = first; ;) {
      const { tokens, logprobs, text, finish } = this.turnOf(choice, ends);
      append(all, tokens, logprobs);
      const next = episode.step(text, finish);
      if (next === null) {
        const verdict = episode.verdict(finish);
        const transcript = this.tokenizer.decode(all.tokens);
        const { turns } = episode;
        return {
          ...{ task, promptTokens: prompt, ...all, text, transcript },
          ...{ verdict, finish, turns },
        };
      }
      append(all, this.tokenizer.encode(next), null);
      [choice] = (await this.sample(
        {
          ids: [...prompt, ...all.tokens],
          n: 1,
          maxTokens,
          ends,
          stream: `${stream}/turn ${episode.turns}`,
        },
        options,
      )) as [ServerChoice];
    }
  }

  /** Tokens of a choice, its stop token included, and its text without. */
  private turnOf(
    choice: ServerChoice,
    ends: readonly number[],
  ): {
    tokens: number[];
    logprobs: number[];
    text: string;
    finish: FinishReason;
  } {
    const ids = choice.ids ?? this.tokenizer.encode(choice.text);
    const end = ids.findIndex((id) => ends.includes(id));
    // Text holds no end token; the first that ends a turn stands for it.
    const stop = end >= 0 ? ids[end]! : ends[0]!;
    const finish = end >= 0 ? "stop" : choice.finish;
    const body = end >= 0 ? ids.slice(0, end) : ids;
    const tokens = finish === "stop" ? [...body, stop] : body;
    const aligned = choice.ids !== null && choice.logprobs !== null;
    return {
      tokens,
      logprobs: tokens.map((_, t) =>
        aligned ? (choice.logprobs![t] ?? 0) : 0,
      ),
      text: this.tokenizer.decode(body),
      finish,
    };
  }
}

function append(
  all: Pick<Rollout, "tokens" | "sampled" | "logprobs">,
  tokens: readonly number[],
  logprobs: readonly number[] | null,
): void {
  all.tokens.push(...tokens);
  all.sampled.push(...tokens.map(() => logprobs !== null));
  all.logprobs.push(...(logprobs ?? tokens.map(() => 0)));
}

/**
 * Connect to a server, and find out by a few short requests what it can do.
 *
 * A server that ignores `n` is asked once a sample; one that ignores `seed` is refused, unless `unseeded`.
 *
 * @param url        base URL, with or without `/v1`
 * @param tokenizer  the model's tokenizer
 * @throws InfrastructureError the server does not answer, or ignores seeds · RangeError it does not have the model
 * @example
 * const server = await connectServer("http://127.0.0.1:8392", tokenizer, { concurrency: 8 });
 * server.close();
 * server.abilities // { ids: true, neutral: true, n: true, seed: true, logprobs: true }
 */
export async function connectServer(
  url: string,
  tokenizer: Tokenizer,
  { model, unseeded = false, ...options }: ServerOptions = {},
): Promise<ServerSampler> {
  const client = new Client(url, options);
  const found = await findModel(client, model);
  const abilities = await probe(client, found.name, tokenizer);
  if (!abilities.seed && !unseeded)
    throw new InfrastructureError(
      `server: ${client.url} must honour seeds, got two answers to one seed; --unseeded accepts it`,
    );
  const identity = abilities.seed
    ? found.identity
    : `${found.identity}, seeds ignored`;
  return new ServerSampler(
    client,
    tokenizer,
    found.name,
    identity,
    abilities,
    options.concurrency ?? 16,
  );
}
