/** Tools for the calendar and for the numbers of visits. */
import { ToolFailure } from "../environments/index.js";
import {
  bounded,
  containing,
  given,
  integer,
  isEightDigits,
  nextId,
  page,
  text,
  timestamp,
  type Arguments,
} from "./arguments.js";
import { Float } from "../environments/pythonJson.js";
import {
  append,
  find,
  remove,
  update,
  type Row,
  type WorkplaceTables,
} from "./tables.js";
import { parameters, reading, writing, type WorkplaceTool } from "./tool.js";

const FIELDS = ["event_name", "participant_email", "event_start", "duration"];
const NO_ID = "Invalid event ID format. Expected 8-digit ID.";

/** What is wrong with a start or a duration, or null. */
function fault(field: string, value: unknown): string | null {
  if (field === "event_start")
    return Number.isNaN(timestamp(value))
      ? "Invalid event_start format. Expected YYYY-MM-DD HH:MM:SS."
      : null;
  if (field !== "duration") return null;
  const minutes = integer(value);
  if (minutes === null)
    return "Invalid duration format. Expected a number of minutes.";
  return minutes <= 0 ? "Duration must be a positive number of minutes." : null;
}

function search({ calendar }: WorkplaceTables, args: Arguments): unknown {
  const limits = (["time_min", "time_max"] as const).map((name) =>
    given(args[name]) ? timestamp(args[name]) : null,
  );
  for (const [i, name] of ["time_min", "time_max"].entries())
    if (Number.isNaN(limits[i]))
      return `Invalid ${name} format. Expected YYYY-MM-DD HH:MM:SS.`;
  const [from, to] = limits as [number | null, number | null];
  const query = args.query ?? "";
  const found = new Set([
    ...containing(calendar.rows, "event_name", query, false),
    ...containing(calendar.rows, "participant_email", query, false),
  ]);
  const time = ({ cells }: Row): number => timestamp(cells.event_start);
  return page(
    calendar.rows
      .filter((row) => found.has(row))
      .filter((row) => from === null || time(row) >= from)
      .filter((row) => to === null || time(row) <= to)
      .sort((first, second) => time(second) - time(first)),
    "events",
    args,
  );
}

function create(
  { calendar }: WorkplaceTables,
  args: Arguments,
): string | [string, Partial<WorkplaceTables>] {
  const names = {
    event_name: "Event name",
    participant_email: "Participant email",
    event_start: "Event start",
    duration: "Event duration",
  };
  for (const [field, name] of Object.entries(names))
    if (!given(args[field])) return `${name} not provided.`;
  const wrong =
    fault("event_start", args.event_start) ?? fault("duration", args.duration);
  if (wrong !== null) return wrong;
  const id = nextId(calendar.rows, "event_id");
  const cells = {
    event_id: id,
    event_name: args.event_name,
    participant_email: text(args.participant_email).toLowerCase(),
    event_start: args.event_start,
    duration: args.duration,
  };
  return [id, { calendar: append(calendar, cells, false) }];
}

function change(
  { calendar }: WorkplaceTables,
  { event_id: id, field, new_value: value }: Arguments,
): string | [string, Partial<WorkplaceTables>] {
  if (!given(id) || !given(field) || !given(value))
    return "Event ID, field, or new value not provided.";
  if (!isEightDigits(id)) return NO_ID;
  if (!FIELDS.includes(field as string))
    return `Invalid field. Available fields are: ${FIELDS.join(", ")}`;
  const wrong = fault(field as string, value);
  if (wrong !== null) return wrong;
  if (find(calendar, "event_id", id) === undefined) return "Event not found.";
  const cell =
    field === "participant_email" ? text(value).toLowerCase() : value;
  return [
    "Event updated successfully.",
    { calendar: update(calendar, "event_id", id, field as string, cell) },
  ];
}

function information(
  { calendar }: WorkplaceTables,
  { event_id: id, field }: Arguments,
): unknown {
  if (!given(id)) return "Event ID not provided.";
  if (!given(field)) return "Field not provided.";
  if (!isEightDigits(id)) return NO_ID;
  const fields = ["event_id", ...FIELDS];
  if (!fields.includes(field as string))
    return `Invalid field. Available fields are: ${fields.join(", ")}`;
  const row = find(calendar, "event_id", id);
  return row === undefined
    ? "Event not found."
    : { [field as string]: row.cells[field as string] };
}

/** A number for each day between two dates, in order of the days. */
function perDay(
  tables: WorkplaceTables,
  args: Arguments,
  measure: (rows: readonly Row[]) => unknown,
): Record<string, unknown> {
  let rows: readonly Row[] = tables.visits.rows;
  if (given(args.time_min))
    rows = bounded(rows, "date_of_visit", args.time_min, "from");
  if (given(args.time_max))
    rows = bounded(rows, "date_of_visit", args.time_max, "to");
  const days = new Map<string, Row[]>();
  for (const row of rows) {
    const day = text(row.cells.date_of_visit);
    days.set(day, [...(days.get(day) ?? []), row]);
  }
  return Object.fromEntries(
    [...days]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, own]) => [day, measure(own)]),
  );
}

const count = (rows: readonly Row[], column: string, value: unknown): number =>
  rows.filter(({ cells }) => cells[column] === value).length;

const VALUES = [
  "total_visits",
  "session_duration_seconds",
  "user_engaged",
  "visits_direct",
  "visits_referral",
  "visits_search_engine",
  "visits_social_media",
];
const PLOTS = ["bar", "line", "scatter", "histogram"];
const quoted = (names: readonly string[]): string =>
  names.map((name) => `'${name}'`).join(", ");

function plot(
  { plots }: WorkplaceTables,
  args: Arguments,
): string | [string, Partial<WorkplaceTables>] {
  const {
    time_min: from,
    time_max: to,
    value_to_plot: value,
    plot_type: type,
  } = args;
  if (!given(from)) return "Start date not provided.";
  if (!given(to)) return "End date not provided.";
  if (!VALUES.includes(value as string))
    return `Value to plot must be one of ${quoted(VALUES)}`;
  if (!PLOTS.includes(type as string))
    return "Plot type must be one of 'bar', 'line', 'scatter', or 'histogram'";
  const path = `plots/${String(from)}_${String(to)}_${String(value)}_${String(type)}.png`;
  return [path, { plots: append(plots, { file_path: path }, true) }];
}

function average(rows: readonly Row[]): Float {
  const seconds = rows.map(({ cells }) =>
    Number(cells.session_duration_seconds),
  );
  if (seconds.some(Number.isNaN))
    throw new ToolFailure("could not convert string to float");
  return new Float(
    seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
  );
}

/** Tools for the calendar and for visits, by name. */
export const CALENDAR_TOOLS: Readonly<Record<string, WorkplaceTool>> = {
  calendar_get_event_information_by_id: reading(
    "Read one field of an event.",
    parameters("event_id field"),
    information,
  ),
  calendar_search_events: reading(
    "Find events by name or participant, latest first.",
    parameters("", "query time_min time_max page page_size"),
    search,
  ),
  calendar_create_event: writing(
    "Create an event.",
    parameters("event_name participant_email event_start duration"),
    create,
  ),
  calendar_delete_event: writing(
    "Delete an event.",
    parameters("event_id"),
    ({ calendar }, { event_id: id }) => {
      if (!given(id)) return "Event ID not provided.";
      if (!isEightDigits(id)) return NO_ID;
      if (find(calendar, "event_id", id) === undefined)
        return "Event not found.";
      return [
        "Event deleted successfully.",
        { calendar: remove(calendar, "event_id", id) },
      ];
    },
  ),
  calendar_update_event: writing(
    "Change one field of an event.",
    parameters("event_id field new_value"),
    change,
  ),
  analytics_get_visitor_information_by_id: reading(
    "Read the visits of a visitor.",
    parameters("visitor_id"),
    ({ visits }, { visitor_id: id }) => {
      if (!given(id)) return "Visitor ID not provided.";
      const found = visits.rows.filter(({ cells }) => cells.visitor_id === id);
      return found.length === 0
        ? "Visitor not found."
        : found.map(({ cells }) => ({
            ...cells,
            user_engaged: cells.user_engaged === "True",
          }));
    },
  ),
  analytics_create_plot: writing(
    "Plot a value over a range of days.",
    parameters("time_min time_max value_to_plot plot_type"),
    plot,
  ),
  analytics_total_visits_count: reading(
    "Count the visits of each day.",
    parameters("", "time_min time_max"),
    (tables, args) => perDay(tables, args, (rows) => rows.length),
  ),
  analytics_engaged_users_count: reading(
    "Count the engaged users of each day.",
    parameters("", "time_min time_max"),
    (tables, args) =>
      perDay(tables, args, (rows) => count(rows, "user_engaged", "True")),
  ),
  analytics_traffic_source_count: reading(
    "Count the visits of each day from a source.",
    parameters("", "time_min time_max traffic_source"),
    (tables, args) =>
      perDay(tables, args, (rows) =>
        given(args.traffic_source)
          ? count(rows, "traffic_source", args.traffic_source)
          : rows.length,
      ),
  ),
  analytics_get_average_session_duration: reading(
    "Average the session durations of each day.",
    parameters("", "time_min time_max"),
    (tables, args) => perDay(tables, args, average),
  ),
};
