/** The model that `m2rl evaluate` scores: of a folder, or behind a server. */
import { join } from "node:path";
import { hashModel } from "../../checkpoint/index.js";
import type { Task } from "../../domains/index.js";
import { loadPolicy } from "../../model/index.js";
import {
  connectChat,
  connectServer,
  estimateUse,
  localSampler,
  promptTokens,
  type Sampler,
  type TokenPrice,
  type UseEstimate,
} from "../../rollout/index.js";
import { total } from "../../stats/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import {
  integerOption,
  numberOption,
  onlyArgument,
  UsageError,
  type CliOutput,
} from "../verb.js";

/** Options that say which model, and where. */
export interface Place {
  server?: string;
  tokenizer?: string;
  model?: string;
  concurrency?: string;
  timeout?: string;
  retries?: string;
  unseeded?: boolean;
  chat?: boolean;
  price?: string;
  "most-cost"?: string;
}

/** Some of what is to be asked, for the estimate. */
export interface Asked {
  tasks: readonly Task[];
  samples: number;
}

/** A model, and how it is let go. */
export interface Opened {
  sampler: Sampler;
  /** Say what will be asked at most; nothing of a model in this process. @throws UsageError it may cost more than is allowed */
  announce(asked: readonly Asked[]): void;
  end(): void;
}

/** Characters of a token where no tokenizer says it: English text in vocabularies of today. */
const CHARACTERS = 4;

function priceOf(text: string | undefined): TokenPrice | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(",").map(Number);
  const [read, sampled] = numbers;
  if (
    numbers.length !== 2 ||
    !numbers.every((number) => Number.isFinite(number) && number >= 0) ||
    text.split(",").some((part) => part.trim() === "")
  )
    throw new UsageError(
      `--price must be two numbers READ,SAMPLED for a million tokens, got ${JSON.stringify(text)}`,
    );
  return { read: read!, sampled: sampled! };
}

/** What an evaluation may cost, as the options say. */
interface Limits {
  price: TokenPrice | undefined;
  most: number | undefined;
}

function limitsOf(place: Place): Limits {
  const price = priceOf(place.price);
  const most = numberOption("most-cost", place["most-cost"], 0, Infinity);
  if (most !== undefined && price === undefined)
    throw new UsageError("--most-cost needs --price READ,SAMPLED");
  return { price, most };
}

/** How the prompts of an evaluation are counted and sent. */
interface Counting {
  count: (task: Task) => number;
  exact: boolean;
  together: boolean;
}

/** Say what will be asked, and refuse what may cost too much. */
function announcer(
  { count, exact, together }: Counting,
  { price, most }: Limits,
  { stderr }: CliOutput,
): Opened["announce"] {
  return (asked) => {
    const parts = asked.map(({ tasks, samples }) =>
      estimateUse(tasks, { samples, promptTokens: count, together, price }),
    );
    const sum = (part: (estimate: UseEstimate) => number): number =>
      total(parts.map(part));
    const read = sum(({ promptTokens }) => promptTokens);
    const said = `at most ${sum(({ requests }) => requests)} requests, ${exact ? "" : "about "}${read} tokens read, ${sum(({ sampledTokens }) => sampledTokens)} sampled`;
    const turns = asked.some(({ tasks }) =>
      tasks.some(({ domain }) => domain === "agent"),
    )
      ? ", further turns of agents aside"
      : "";
    const cost = price && sum((part) => part.cost ?? 0);
    const money = cost === undefined ? "" : `, which cost ${cost.toFixed(2)}`;
    stderr.write(`${said}${money}${turns}\n`);
    if (cost !== undefined && most !== undefined && cost > most)
      throw new UsageError(
        `--most-cost allows ${most}, and this may cost ${cost.toFixed(2)}; fewer --items, --samples or --max-tokens cost less`,
      );
  };
}

async function openServer(place: Place, output: CliOutput): Promise<Opened> {
  const { stderr } = output;
  const limits = limitsOf(place);
  const options = {
    model: place.model,
    token: process.env["M2RL_TOKEN"],
    concurrency: integerOption("concurrency", place.concurrency, 1),
    timeout: integerOption("timeout", place.timeout, 1),
    retries: integerOption("retries", place.retries, 0),
    unseeded: place.unseeded,
  };
  const tokenizer =
    place.tokenizer === undefined
      ? undefined
      : Tokenizer.fromFile(join(place.tokenizer, "tokenizer.json"));
  const server = place.chat
    ? await connectChat(place.server!, options)
    : await connectServer(place.server!, tokenizer!, options);
  const { abilities } = server;
  const missing = Object.entries(abilities)
    .filter(([, works]) => !works)
    .map(([name]) => name);
  stderr.write(
    `${server.identity}${missing.length > 0 ? `; without ${missing.join(", ")}` : ""}\n`,
  );
  const count = (task: Task): number =>
    tokenizer
      ? promptTokens(tokenizer, task).length
      : Math.ceil(task.prompt.length / CHARACTERS);
  return {
    sampler: server,
    announce: announcer(
      {
        count,
        exact: tokenizer !== undefined,
        together: "n" in abilities && abilities.n,
      },
      limits,
      output,
    ),
    end: () => {
      const { requests, retried, promptTokens, sampledTokens } = server.use;
      stderr.write(
        `${requests} requests (${retried} repeated), ${promptTokens} tokens read, ${sampledTokens} sampled\n`,
      );
      server.close();
    },
  };
}

/**
 * Open the model that is named.
 *
 * @throws UsageError options that do not fit together · InfrastructureError the server does not answer, or ignores seeds
 */
export async function openModel(
  positionals: readonly string[],
  place: Place,
  output: CliOutput,
): Promise<Opened> {
  if (place.server !== undefined) {
    const named = place.tokenizer !== undefined || place.chat;
    if (!named || positionals.length > 0)
      throw new UsageError(
        "evaluate --server must be given --tokenizer or --chat, and no model folder; m2rl evaluate --help",
      );
    return openServer(place, output);
  }
  const folder = onlyArgument("evaluate", "model folder", [...positionals]);
  const { policy, tokenizer } = loadPolicy(folder);
  return {
    sampler: localSampler(policy, tokenizer, hashModel(folder)),
    announce: () => undefined,
    end: () => policy.dispose(),
  };
}
