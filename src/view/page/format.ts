/** Numbers as people read them. */

/** Seconds: "42 s", "3 m 05 s", "2 h 10 m". */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  const two = (part: number): string => String(part).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

/** A temperature of records; each benchmark's own where it is null. */
export function temperatureLabel(temperature: number | null): string {
  return temperature === null ? "T by benchmark" : `T = ${temperature}`;
}

/** Where records are, as a choice of sampling: the measure's name and its temperature. */
export function samplingLabel({
  measure,
  temperature,
}: {
  measure: string;
  temperature: number | null;
}): string {
  return `${measure.split("/")[0]!}, ${temperatureLabel(temperature)}`;
}

const UNITS = ["", "k", "M", "G", "T", "P", "E", "Z"];

/** A count with three digits and a unit: "3.63 T". */
export function count(value: number): string {
  if (value === 0) return "0";
  const step = Math.min(
    UNITS.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.abs(value)) / 3)),
  );
  const scaled = value / 1000 ** step;
  const text = String(Number(scaled.toPrecision(3)));
  return step === 0 ? text : `${text} ${UNITS[step]}`;
}

/** A number with so many decimals and a true minus sign. */
export function fixed(value: number | null, digits = 1): string {
  return value === null ? "–" : value.toFixed(digits).replace("-", "−");
}

/** The same with its sign; zero has none. */
export function signed(value: number | null, digits = 1): string {
  const text = fixed(value, digits);
  return value !== null && value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A number with four significant digits, short. */
export function digits(value: number | null): string {
  if (value === null) return "–";
  if (value === 0 || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3
    ? value.toExponential(2).replace("-", "−")
    : String(Number(value.toPrecision(4))).replace(/^-/, "−");
}

/** An option's value as the study file has it. */
export function option(value: unknown): string {
  if (Array.isArray(value)) return value.map(option).join(", ");
  if (typeof value === "object" && value !== null)
    return "model" in value && "step" in value
      ? `${String(value.model)}${value.step === null ? "" : `@${String(value.step)}`}`
      : JSON.stringify(value);
  return String(value);
}
