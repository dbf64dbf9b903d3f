/** TicketAPI: the support tickets of a company. */
import {
  bfclClass,
  failure,
  field,
  methodsOf,
  number,
  text,
  truthy,
  type BfclClass,
} from "./bfclClass.js";

type Ticket = Record<string, unknown>;

interface Tickets {
  ticket_queue: Ticket[];
  ticket_counter: number;
  current_user: unknown;
}

const EDITABLE: ReadonlySet<string> = new Set([
  "title",
  "description",
  "status",
  "priority",
]);

function found(
  { ticket_queue }: Tickets,
  id: number,
  run: (ticket: Ticket) => unknown,
): unknown {
  const ticket = ticket_queue.find((one) => one.id === id);
  return ticket === undefined ? failure(`no ticket ${id}`) : run(ticket);
}

function end(
  ticket: Ticket,
  status: string,
  more: Ticket = {},
): { status: string } | { error: string } {
  const id = String(ticket.id);
  if (ticket.status === status)
    return failure(`ticket ${id} is ${status} already`);
  Object.assign(ticket, { status }, more);
  return { status: `ticket ${id} is ${status} now` };
}

const method = methodsOf<Tickets>();

const TOOLS = {
  create_ticket: method<{
    title: string;
    description?: string;
    priority?: number;
  }>(
    ["title", "description?", "priority?"],
    (state, { title, description = "", priority = 1 }) => {
      if (!truthy(state.current_user)) return failure("nobody is logged in");
      if (number(priority) < 1 || number(priority) > 5)
        return failure("the priority must be 1 to 5");
      const ticket = {
        id: state.ticket_counter++,
        title,
        description,
        status: "Open",
        priority,
        created_by: state.current_user,
      };
      state.ticket_queue.push(ticket);
      return ticket;
    },
  ),
  get_ticket: method<{ ticket_id: number }>(
    ["ticket_id"],
    (state, { ticket_id }) => found(state, ticket_id, (ticket) => ticket),
  ),
  close_ticket: method<{ ticket_id: number }>(
    ["ticket_id"],
    (state, { ticket_id }) =>
      found(state, ticket_id, (ticket) => end(ticket, "Closed")),
  ),
  resolve_ticket: method<{ ticket_id: number; resolution: string }>(
    ["ticket_id", "resolution"],
    (state, { ticket_id, resolution }) =>
      found(state, ticket_id, (ticket) =>
        end(ticket, "Resolved", { resolution }),
      ),
  ),
  edit_ticket: method<{ ticket_id: number; updates: Ticket }>(
    ["ticket_id", "updates"],
    (state, { ticket_id, updates }) =>
      found(state, ticket_id, (ticket) => {
        const wrong = Object.keys(updates).filter(
          (name) => !EDITABLE.has(name),
        );
        if (wrong.length > 0) return failure(`cannot edit ${wrong.join(", ")}`);
        for (const [name, value] of Object.entries(updates))
          if (value !== null) ticket[name] = value;
        return { status: `ticket ${ticket_id} is edited` };
      }),
  ),
  ticket_login: method<{ username: string; password: string }>(
    ["username", "password"],
    (state, { username, password }) => {
      const success = truthy(username) && truthy(password);
      if (success) state.current_user = username;
      return { success };
    },
  ),
  ticket_get_login_status: method([], ({ current_user }) => ({
    login_status: truthy(current_user),
  })),
  logout: method([], (state) => {
    const success = truthy(state.current_user);
    if (success) state.current_user = null;
    return { success };
  }),
  get_user_tickets: method<{ status?: string | null }>(
    ["status?"],
    ({ current_user, ticket_queue }, { status = null }) =>
      truthy(current_user)
        ? ticket_queue.filter(
            (one) =>
              one.created_by === current_user &&
              (!truthy(status) ||
                text(one.status).toLowerCase() === text(status).toLowerCase()),
          )
        : [failure("tickets: nobody is logged in")],
  ),
};

/** The class TicketAPI. */
export const ticketApi: BfclClass<Tickets> = bfclClass<Tickets>({
  name: "TicketAPI",
  start: (config) => ({
    ticket_queue: field<Ticket[]>(config, "ticket_queue", []),
    ticket_counter: field(config, "ticket_counter", 1),
    current_user: field<unknown>(config, "current_user", null),
  }),
  tools: TOOLS,
  compared: (state) => state,
});
