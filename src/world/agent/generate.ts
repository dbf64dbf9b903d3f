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
export const PEOPLE: readonly string[] =
  "ana bo cy dee eli fay gus ivy jo kim leo max ned pam ray sue".split(" ");

/** Everything in the calendar. */
export const EVENTS: readonly string[] =
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

function drawRequest(random: Random): WorkRequest {
  const kind = random.pick(KINDS);
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
      return { kind, event, person };
  }
}

/** Whether two requests can stand in one prompt: they share nobody and no event, and leave turns for both. */
function compatible(first: WorkRequest, second: WorkRequest): boolean {
  const names = (request: WorkRequest): string[] => [
    ...("person" in request ? [request.person] : []),
    ...("event" in request ? [request.event] : []),
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
  const event = (): { id: number; hour: number } => {
    const { event } = request as { event: string };
    return calendar.find(({ name }) => name === event)!;
  };
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
  }
}

/**
 * Draw one task.
 *
 * The id names the requests only, in a fixed order: the same requests in another order, or in another workplace, are the same
 * problem and fall into the same split.
 *
 * @param random  source of randomness
 * @param level   1: one request · 2: one or two · 3: two
 * @param kinds   "workplace"
 * @throws TaskError level or kinds out of range
 */
export function generate(
  random: Random,
  level: number,
  kinds: readonly string[],
): Task {
  if (!(Number.isInteger(level) && level >= 1 && level <= 3)) {
    throw new TaskError(`agent: level must be 1, 2 or 3, got ${level}`);
  }
  if (kinds.length === 0 || kinds.some((name) => name !== "workplace")) {
    throw new TaskError(
      `agent: kinds must be "workplace", got ${JSON.stringify(kinds)}`,
    );
  }
  const count = level === 1 ? 1 : level === 3 ? 2 : random.int(1, 2);
  const requests = [drawRequest(random)];
  while (requests.length < count) {
    const next = drawRequest(random);
    if (requests.every((request) => compatible(request, next)))
      requests.push(next);
  }
  const workplace = drawWorkplace(random);
  const texts = requests.map(requestText);
  const data: AgentData = {
    workplace,
    requests,
    calls: requests.map((request) => goldCall(workplace, request)),
  };
  return {
    id: `agent:${[...texts].sort().join(" ")}`,
    domain: "agent",
    kind: "workplace",
    prompt: texts.join(" "),
    data,
  };
}
