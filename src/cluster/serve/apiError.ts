/** Refusals in the form that OpenAI's clients read: `{ error: { message, type, param, code } }`. */
import { M2rlError } from "../../error.js";
import { RefusedError } from "../http/body.js";

/** A request that is refused, and which of its fields is to blame. */
export class ApiError extends RefusedError {
  override name = "ApiError";

  /**
   * @param param  the field; null where it is none
   * @param code   OpenAI's word for the kind of refusal; null where it has none
   */
  constructor(
    status: number,
    message: string,
    readonly param: string | null = null,
    readonly code: string | null = null,
  ) {
    super(status, message);
  }
}

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  404: "not_found_error",
  500: "server_error",
  503: "overloaded_error",
};

/** Refuse a field: `n must be a whole number from 1 to 128, got 0`. */
export function refuse(param: string, must: string, got: unknown): never {
  const text = JSON.stringify(got) ?? "nothing";
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  throw new ApiError(
    400,
    `${param} ${must}, got ${shown}`,
    param,
    "invalid_value",
  );
}

/** Status and body of the answer to a request that failed. An error that is not ours is a fault of the server: 500. */
export function apiError(error: Error): { status: number; body: object } {
  const status =
    error instanceof RefusedError
      ? error.status
      : error instanceof M2rlError || error instanceof RangeError
        ? 400
        : 500;
  const { param = null, code = null } = error as Partial<ApiError>;
  const type = TYPES[status] ?? "invalid_request_error";
  return {
    status,
    body: { error: { message: error.message, type, param, code } },
  };
}
