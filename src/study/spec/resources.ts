/** What a stage needs of the machine that runs it, where a study is spread over several. */
import { MEASURE_KEYS } from "../measures/index.js";
import { OPERATIONS } from "../operations/index.js";
import { ROWS_KIND } from "../graph/plan.js";
import type { Resources } from "../graph/resources.js";
import {
  map,
  number,
  object,
  optional,
  withDefault,
  type Field,
} from "./field.js";

const count: Field<number> = number({ min: 0 });

/** Needs of one kind of stage. */
const needs: Field<Resources> = object<Resources>({
  num_cpus: withDefault(count, 1),
  num_gpus: optional(count),
  memory: optional(count),
  resources: optional(
    map(count, { pattern: /^[\w.:-]+$/ }) as Field<Record<string, number>>,
  ),
});

/** Every kind of stage. */
const KINDS: readonly string[] = [
  ...OPERATIONS.map(({ key }) => key),
  ...MEASURE_KEYS,
  ROWS_KIND,
];

/** The section `resources` of a study: needs by the kind of stage. */
export const resourcesByKind: Field<Readonly<Record<string, Resources>>> =
  withDefault(
    map(needs, { known: KINDS }) as Field<Record<string, Resources>>,
    {},
  );
