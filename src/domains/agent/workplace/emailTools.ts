/** Tools for emails and for the directory. */
import { ToolFailure } from "../environments/index.js";
import {
  containing,
  given,
  integer,
  isAddress,
  page,
  text,
  timestamp,
  type Arguments,
} from "./arguments.js";
import { append, find, remove, type WorkplaceTables } from "./tables.js";
import { parameters, reading, writing, type WorkplaceTool } from "./tool.js";

/** The clock of the workplace stands still. */
const NOW = "2023-11-30 23:59:00";
const DAY = 24 * 60 * 60 * 1000;

/** The tables after an email was sent. The new id is not padded with zeros, unlike those of the other tables. */
function sent(
  tables: WorkplaceTables,
  recipient: string,
  subject: string,
  body: unknown,
): Partial<WorkplaceTables> {
  const ids = tables.emails.rows
    .map(({ cells }) => cells.email_id)
    .filter((id) => typeof id === "string");
  const largest = ids.reduce<string>(
    (best, id) => (id > best ? id : best),
    "0",
  );
  const next = integer(largest);
  if (next === null) throw new ToolFailure("no id to count from");
  return {
    emails: append(
      tables.emails,
      {
        email_id: String(next + 1),
        "inbox/outbox": "outbox",
        "sender/recipient": recipient.toLowerCase(),
        subject,
        sent_datetime: NOW,
        body,
      },
      true,
    ),
  };
}

function search({ emails }: WorkplaceTables, args: Arguments): unknown {
  const words = text(args.query ?? "")
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== "");
  const time = (cell: unknown): number => timestamp(cell ?? "");
  const day = (value: unknown): number => {
    const at = time(value);
    if (Number.isNaN(at)) throw new ToolFailure("date cannot be read");
    return Math.floor(at / DAY);
  };
  const cellText = (cell: unknown): string =>
    cell === null ? "nan" : String(cell);
  const found = emails.rows
    .filter(({ cells }) => {
      const all =
        `${cellText(cells.subject)} ${cellText(cells.body)} ${cellText(cells["sender/recipient"])}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .filter(
      ({ cells }) =>
        !given(args.date_min) || day(cells.sent_datetime) >= day(args.date_min),
    )
    .filter(
      ({ cells }) =>
        !given(args.date_max) || day(cells.sent_datetime) <= day(args.date_max),
    )
    .sort(
      (first, second) =>
        time(second.cells.sent_datetime) - time(first.cells.sent_datetime),
    );
  return page(found, "emails", args);
}

function information(
  { emails }: WorkplaceTables,
  { email_id: id, field }: Arguments,
): unknown {
  if (!given(id)) return "Email ID not provided.";
  if (!given(field)) return "Field not provided.";
  const row = find(emails, "email_id", id);
  if (row === undefined) return "Email not found.";
  return emails.columns.includes(field as string)
    ? { [field as string]: row.cells[field as string] }
    : `Field '${String(field)}' not found. Available fields: ${emails.columns.join(", ")}`;
}

/** Send a copy of an email, or an answer to it. */
function resend(
  tables: WorkplaceTables,
  id: unknown,
  mark: string,
  to: unknown,
  body: unknown,
  done: string,
): string | [string, Partial<WorkplaceTables>] {
  const row = find(tables.emails, "email_id", id);
  if (row === undefined) return "Email not found.";
  const recipient = text(to ?? row.cells["sender/recipient"]);
  const content = body ?? row.cells.body;
  if (recipient === "" || !given(content))
    return "Recipient, subject, or body not provided.";
  if (!isAddress(recipient)) return "Invalid recipient email address.";
  return [
    done,
    sent(
      tables,
      recipient,
      `${mark}${String(row.cells.subject ?? "nan")}`,
      content,
    ),
  ];
}

/** Tools for emails and the directory, by name. */
export const EMAIL_TOOLS: Readonly<Record<string, WorkplaceTool>> = {
  company_directory_find_email_address: reading(
    "Find the email addresses that contain a name.",
    parameters("", "name"),
    ({ directory }, args) => {
      const name = args.name ?? "";
      if (name === "") return "Name not provided.";
      const rows = directory.map((address, label) => ({
        label,
        cells: { address },
      }));
      return containing(rows, "address", text(name).toLowerCase(), false).map(
        ({ cells }) => cells.address,
      );
    },
  ),
  email_get_email_information_by_id: reading(
    "Read one field of an email.",
    parameters("email_id field"),
    information,
  ),
  email_search_emails: reading(
    "Find the emails that hold every word of a query, newest first.",
    parameters("", "query date_min date_max page page_size"),
    search,
  ),
  email_send_email: writing(
    "Send an email.",
    parameters("recipient subject body"),
    (tables, { recipient, subject, body }) => {
      if (!given(recipient) || !given(subject) || !given(body))
        return "Recipient, subject, or body not provided.";
      if (!isAddress(recipient)) return "Invalid recipient email address.";
      return [
        "Email sent successfully.",
        sent(tables, text(recipient), subject as string, body),
      ];
    },
  ),
  email_delete_email: writing(
    "Delete an email.",
    parameters("email_id"),
    ({ emails }, { email_id: id }) => {
      if (!given(id)) return "Email ID not provided.";
      if (find(emails, "email_id", id) === undefined) return "Email not found.";
      return [
        "Email deleted successfully.",
        { emails: remove(emails, "email_id", id) },
      ];
    },
  ),
  email_forward_email: writing(
    "Forward an email to somebody.",
    parameters("email_id recipient"),
    (tables, { email_id: id, recipient }) => {
      if (!given(id) || !given(recipient))
        return "Email ID or recipient not provided.";
      if (!isAddress(recipient)) return "Invalid recipient email address.";
      return resend(
        tables,
        id,
        "FW: ",
        recipient,
        undefined,
        "Email forwarded successfully.",
      );
    },
  ),
  email_reply_email: writing(
    "Answer an email.",
    parameters("email_id body"),
    (tables, { email_id: id, body }) => {
      if (!given(id) || !given(body)) return "Email ID or body not provided.";
      return resend(
        tables,
        id,
        "RE: ",
        undefined,
        body,
        "Email replied successfully.",
      );
    },
  ),
};
