/** What a service counts, as Prometheus text. */

/** Upper bounds of the latency histogram, seconds. */
const BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60,
];

/** Labels of a series, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

function series(name: string, labels: Labels): string {
  const inner = Object.entries(labels).map(
    ([key, value]) => `${key}="${value.replace(/[\\"\n]/g, "_")}"`,
  );
  return inner.length === 0 ? name : `${name}{${inner.join(",")}}`;
}

/** Counters, one latency histogram, and gauges that are read when asked for. */
export class Metrics {
  private readonly counters = new Map<string, Map<string, number>>();
  private readonly buckets: number[] = BOUNDS.map(() => 0);
  private seconds = 0;
  private requests = 0;

  /** @param gauges  name → value now */
  constructor(
    private readonly gauges: Readonly<Record<string, () => number>>,
  ) {}

  /** Add to a counter. */
  add(name: string, labels: Labels, by = 1): void {
    const own = this.counters.get(name) ?? new Map<string, number>();
    this.counters.set(name, own);
    const key = series(name, labels);
    own.set(key, (own.get(key) ?? 0) + by);
  }

  /** Count the seconds that a request took. */
  observe(seconds: number): void {
    this.requests++;
    this.seconds += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) this.buckets[bucket]!++;
  }

  /** Everything in Prometheus's text format. */
  text(): string {
    const lines: string[] = [];
    for (const [name, own] of this.counters) {
      lines.push(`# TYPE ${name} counter`);
      for (const [key, value] of own) lines.push(`${key} ${value}`);
    }
    const histogram = "m2rl_request_seconds";
    lines.push(`# TYPE ${histogram} histogram`);
    let below = 0;
    for (const [i, bound] of BOUNDS.entries()) {
      below += this.buckets[i]!;
      lines.push(`${histogram}_bucket{le="${bound}"} ${below}`);
    }
    lines.push(
      `${histogram}_bucket{le="+Inf"} ${this.requests}`,
      `${histogram}_sum ${this.seconds}`,
      `${histogram}_count ${this.requests}`,
    );
    for (const [name, value] of Object.entries(this.gauges))
      lines.push(`# TYPE ${name} gauge`, `${name} ${value()}`);
    return `${lines.join("\n")}\n`;
  }
}
