/** Fields of a request, read one by one: what is absent or null takes its default, what is wrong is refused by name. */
import { ApiError, refuse } from "./apiError.js";

/** A request's body. */
export type Fields = Readonly<Record<string, unknown>>;

/** Bounds of a number. */
export interface Bounds {
  min: number;
  max: number;
}

/** The body as an object. */
export function fieldsOf(body: unknown): Fields {
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw new ApiError(400, "body must be a JSON object");
  return body as Fields;
}

/** A whole number; undefined where it is absent. */
export function integerField(
  body: Fields,
  name: string,
  { min, max }: Bounds,
): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (
    !Number.isSafeInteger(value) ||
    (value as number) < min ||
    (value as number) > max
  )
    return refuse(name, `must be a whole number from ${min} to ${max}`, value);
  return value as number;
}

/** A number; undefined where it is absent. */
export function numberField(
  body: Fields,
  name: string,
  { min, max }: Bounds,
): number | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value >= min && value <= max))
    return refuse(name, `must be a number from ${min} to ${max}`, value);
  return value;
}

/** True or false, by default false. */
export function booleanField(body: Fields, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== "boolean")
    return refuse(name, "must be true or false", value);
  return value;
}

/** Texts: one, or a list of them. */
export function textsField(body: Fields, name: string): string[] {
  const value = body[name] ?? [];
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  if (!texts.every((text) => typeof text === "string" && text !== ""))
    return refuse(name, "must be a text or a list of texts, none empty", value);
  return texts as string[];
}

/** Token ids below `size`. */
export function idsField(body: Fields, name: string, size: number): number[] {
  const value = body[name] ?? [];
  if (!isIds(value, size))
    return refuse(name, `must be a list of token ids below ${size}`, value);
  return value;
}

/** Whether a value is a list of token ids below `size`. */
export function isIds(value: unknown, size: number): value is number[] {
  return (
    Array.isArray(value) &&
    value.every((id) => Number.isInteger(id) && id >= 0 && id < size)
  );
}
