/** A worker thread of a comparison: measures one tensor at a time, with checkpoints that it opened itself. */
import { parentPort, workerData } from "node:worker_threads";
import { Checkpoint } from "../../../checkpoint/index.js";
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

/** What a worker says. */
export type WorkerAnswer =
  | { type: "read"; entries: number }
  | { type: "done"; shift: TensorShift }
  // An error loses its class on the way between threads.
  | { type: "failed"; name: string; message: string; stack: string };

function serve(): void {
  const port = parentPort!;
  const setup = workerData as WorkerSetup;
  let models: { base: Checkpoint; experts: Checkpoint[] } | undefined;
  const say = (answer: WorkerAnswer): void => port.postMessage(answer);
  port.on("message", ({ place, options }: WorkerJob) => {
    try {
      models ??= {
        base: Checkpoint.open(setup.base),
        experts: setup.experts.map((path) => Checkpoint.open(path)),
      };
      const { base, experts } = models;
      const shift = tensorShift(base, experts, place, options, (entries) =>
        say({ type: "read", entries }),
      );
      say({ type: "done", shift });
    } catch (error) {
      const { name, message, stack = "" } = error as Error;
      say({ type: "failed", name, message, stack });
    }
  });
}

if (parentPort !== null) serve();
