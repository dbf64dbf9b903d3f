/** Draws requests of one user to the workplace assistant, and a workplace in which they make sense. */
import type {
  AgentData,
  WorkRequest,
  Workplace,
} from "../../domains/agent/data.js";
import type { Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import type { ToolCall } from "../../tokenizer/message.js";

/** Everybody in the directory, by login: in lower case a name is the same token in a request and in an address. */
const PEOPLE: readonly string[] =
  "ana bo cy dee eli fay gus ivy jo kim leo max ned pam ray sue".split(" ");

/** Everything in the calendar. */
const EVENTS: readonly string[] =
  "demo sync talk trip tour game test party visit launch".split(" ");

/** Texts of emails. */
export const BODIES: readonly string[] = [
  "lunch",
  "call me",
  "good job",
  "good night",
  "good luck",
  "well done",
  "thank you",
  "see you soon",
  "all is well",
  "on my way",
];

/** Titles of tasks. */
export const TITLES: readonly string[] =
  "report slides poster notes plan list menu code".split(" ");

// Repeated by weight: moving needs arithmetic, and there are few different cancellations.
const KINDS = [
  "mail",
  "mail",
  "task",
  "task",
  "move",
  "move",
  "move",
  "cancel",
  "invite",
] as const;

/** What harder tasks ask for as well: another event's hour, a text that must be looked up, a condition. */
const HARD_KINDS = ["follow", "report", "decide"] as const;

/** Calls of a request, look-ups included. */
const CALLS: Readonly<Record<WorkRequest["kind"], number>> = {
  ...{ mail: 2, task: 2, move: 2, cancel: 2, invite: 3 },
  ...{ follow: 3, report: 3, decide: 2 },
};

/** Most calls of a harder task: an episode must fit into the model's context. */
const MOST_CALLS = 7;

function drawRequest(
  random: Random,
  kinds: readonly WorkRequest["kind"][] = KINDS,
): WorkRequest {
  const kind = random.pick(kinds);
  const person = random.pick(PEOPLE);
  const event = random.pick(EVENTS);
  switch (kind) {
    case "mail":
      return { kind, person, body: random.pick(BODIES) };
    case "task":
      return { kind, person, title: random.pick(TITLES) };
    case "move":
      return { kind, event, hours: random.pick([-4, -3, -2, -1, 1, 2, 3, 4]) };
    case "cancel":
      return { kind, event };
    case "invite":
    case "report":
      return { kind, event, person };
    case "follow": {
      const other = random.pick(EVENTS.filter((name) => name !== event));
      return { kind, event, other, hours: random.int(1, 4) };
    }
    case "decide":
      return { kind, event, before: random.int(9, 14) };
  }
}

/** Whether two requests can stand in one prompt: they share nobody and no event, and leave turns for both. */
function compatible(first: WorkRequest, second: WorkRequest): boolean {
  const names = (request: WorkRequest): string[] => [
    ...("person" in request ? [request.person] : []),
    ...("event" in request ? [request.event] : []),
    ...("other" in request ? [request.other] : []),
  ];
  // Two invitations need six calls, and a seventh turn to end the episode.
  if (first.kind === "invite" && second.kind === "invite") return false;
  return !names(first).some((name) => names(second).includes(name));
}

/** The sentence of a request. */
export function requestText(request: WorkRequest): string {
  switch (request.kind) {
    case "mail":
      return `Email ${request.person}: ${request.body}.`;
    case "task":
      return `Give ${request.person} the task ${request.title}.`;
    case "move": {
      const hours = Math.abs(request.hours);
      return `Move ${request.event} ${hours} hour${hours === 1 ? "" : "s"} ${request.hours > 0 ? "later" : "earlier"}.`;
    }
    case "cancel":
      return `Cancel ${request.event}.`;
    case "invite":
      return `Invite ${request.person} to ${request.event}.`;
    case "follow":
      return `Move ${request.event} to ${request.hours} hour${request.hours === 1 ? "" : "s"} after ${request.other}.`;
    case "report":
      return `Email ${request.person} the hour of ${request.event}.`;
    case "decide":
      return `If ${request.event} is before ${request.before} cancel ${request.event}, else move it 1 hour later.`;
  }
}

function drawRequests(random: Random, count: number): WorkRequest[] {
  const requests = [drawRequest(random)];
  while (requests.length < count) {
    const next = drawRequest(random);
    if (requests.every((request) => compatible(request, next)))
      requests.push(next);
  }
  return requests;
}

/** Two requests at level 4 and three at level 5, at least one of them of a hard kind, in any order. */
function drawHardRequests(random: Random, level: number): WorkRequest[] {
  for (;;) {
    const requests = [
      drawRequest(random, HARD_KINDS),
      ...Array.from({ length: level - 3 }, () =>
        drawRequest(random, [...KINDS, ...HARD_KINDS]),
      ),
    ];
    const calls = requests.reduce((sum, { kind }) => sum + CALLS[kind], 0);
    const apart = requests.every((one, i) =>
      requests.slice(i + 1).every((other) => compatible(one, other)),
    );
    if (apart && calls <= MOST_CALLS) return random.shuffle(requests);
  }
}

function drawWorkplace(random: Random): Workplace {
  const twoDigits = Array.from({ length: 90 }, (_, i) => 10 + i);
  const ids = random.sample(twoDigits, EVENTS.length);
  return {
    directory: PEOPLE.map((name) => ({
      name,
      email: `${name}${random.pick(twoDigits)}`,
    })),
    calendar: EVENTS.map((name, i) => ({
      name,
      id: ids[i]!,
      hour: random.int(8, 14),
      guests: [],
    })),
    sent: [],
    tasks: [],
  };
}

/** The call that fulfils a request in a workplace. */
function goldCall(
  { directory, calendar }: Workplace,
  request: WorkRequest,
): ToolCall {
  const email = (): string => {
    const { person } = request as { person: string };
    return directory.find(({ name }) => name === person)!.email;
  };
  const eventOf = (event: string): { id: number; hour: number } =>
    calendar.find(({ name }) => name === event)!;
  const event = (): { id: number; hour: number } =>
    eventOf((request as { event: string }).event);
  switch (request.kind) {
    case "mail":
      return { name: "send", arguments: { to: email(), body: request.body } };
    case "task":
      return { name: "task", arguments: { to: email(), title: request.title } };
    case "move":
      return {
        name: "move",
        arguments: { id: event().id, hour: event().hour + request.hours },
      };
    case "cancel":
      return { name: "cancel", arguments: { id: event().id } };
    case "invite":
      return { name: "invite", arguments: { id: event().id, to: email() } };
    case "follow": {
      const hour = eventOf(request.other).hour + request.hours;
      return { name: "move", arguments: { id: event().id, hour } };
    }
    case "report":
      return {
        name: "send",
        arguments: { to: email(), body: String(event().hour) },
      };
    case "decide": {
      const { id, hour } = event();
      return hour < request.before
        ? { name: "cancel", arguments: { id } }
        : { name: "move", arguments: { id, hour: hour + 1 } };
    }
  }
}

/**
 * Draw one task.
 *
 * The id names the requests only, in a fixed order: the same requests in another order, or in another workplace, are the same
 * problem and fall into the same split.
 *
 * @param random  source of randomness
 * @param level   1: one request · 2: one or two · 3: two · 4: two, one of them hard · 5: three, one of them hard
 * @param kinds   "workplace"
 * @throws TaskError level or kinds out of range
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  if (!(Number.isInteger(level) && level >= 1 && level <= 5)) {
    throw new TaskError(`agent: level must be 1 to 5, got ${level}`);
  }
  if (kinds.length === 0 || kinds.some((name) => name !== "workplace")) {
    throw new TaskError(
      `agent: kinds must be "workplace", got ${JSON.stringify(kinds)}`,
    );
  }
  const requests =
    level > 3
      ? drawHardRequests(random, level)
      : drawRequests(
          random,
          level === 1 ? 1 : level === 3 ? 2 : random.int(1, 2),
        );
  const workplace = drawWorkplace(random);
  const texts = requests.map(requestText);
  const data: AgentData = {
    workplace,
    requests,
    calls: requests.map((request) => goldCall(workplace, request)),
    ...(level > 3 ? { turns: MOST_CALLS + 2 } : {}),
  };
  return {
    id: `agent:${[...texts].sort().join(" ")}`,
    domain: "agent",
    kind: "workplace",
    prompt: texts.join(" "),
    data,
  };
}
