/** A worker thread of a comparison: measures one tensor at a time, with checkpoints that it opened itself. */
import { Checkpoint } from "../../../checkpoint/index.js";
import { serveThread } from "../../../io/index.js";
import {
  tensorShift,
  type TensorPlace,
  type TensorShift,
  type TensorShiftOptions,
} from "./tensorShift.js";

/** What a worker is given when it starts: paths. */
export interface WorkerSetup {
  base: string;
  experts: string[];
}

/** What a worker is asked for. */
export interface WorkerJob {
  place: TensorPlace;
  options: TensorShiftOptions;
}

serveThread<WorkerSetup, WorkerJob, TensorShift, number>(
  ({ base: basePath, experts: paths }) => {
    const base = Checkpoint.open(basePath);
    const experts = paths.map((path) => Checkpoint.open(path));
    return ({ place, options }, say) =>
      tensorShift(base, experts, place, options, say);
  },
);
