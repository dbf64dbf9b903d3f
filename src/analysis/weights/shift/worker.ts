/** A worker thread of a comparison: measures one tensor after the other, with checkpoints that it opened itself. */
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

/** What a worker is asked for: tensors, with what is measured of them, the same but for spectra. */
export interface WorkerJob {
  places: readonly { place: TensorPlace; spectra: boolean }[];
  options: Omit<TensorShiftOptions, "spectra">;
}

serveThread<WorkerSetup, WorkerJob, TensorShift[], number>(
  ({ base: basePath, experts: paths }) => {
    const base = Checkpoint.open(basePath);
    const experts = paths.map((path) => Checkpoint.open(path));
    return ({ places, options }, say) => {
      // What is done of a large tensor is told while it is read; small ones come in lots, which are soon done.
      const hear = places.length === 1 ? say : undefined;
      return places.map(({ place, spectra }) =>
        tensorShift(base, experts, place, { ...options, spectra }, hear),
      );
    };
  },
);
