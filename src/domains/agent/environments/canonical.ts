/** One form for equal values: what the equality of states rests on. */

/**
 * A value with the entries of maps and objects in the order of their names; as JSON, equal values give equal texts.
 *
 * @example
 * canonical({ b: 1, a: [2] })   // { entries: [["a", [2]], ["b", 1]] }
 */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return {
    entries: entries
      .map(([name, item]) => [String(name), canonical(item)] as const)
      .sort(([first], [second]) =>
        first < second ? -1 : first > second ? 1 : 0,
      ),
  };
}
