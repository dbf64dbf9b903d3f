/** The physical limit of a merge: read all inputs, and write and flush as many bytes as the result has, at the speed of plain copying. */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import {
  isMainThread,
  parentPort,
  Worker,
  workerData,
} from "node:worker_threads";

const PIECE = 2 ** 20;

/** One thread's part of every input, and of the output. */
function copyPart({ inputs, output, part, parts }) {
  const buffer = new Uint8Array(PIECE).fill(1);
  const range = (bytes) =>
    [part, part + 1].map((end) => Math.floor((bytes * end) / parts));
  for (const { path, bytes } of inputs) {
    const [start, end] = range(bytes);
    const file = openSync(path, "r");
    for (let at = start; at < end; at += PIECE)
      readSync(file, buffer, 0, Math.min(PIECE, end - at), at);
    closeSync(file);
  }
  const [start, end] = range(output.bytes);
  const file = openSync(output.path, "r+");
  for (let at = start; at < end; at += PIECE)
    writeSync(file, buffer, 0, Math.min(PIECE, end - at), at);
  fsyncSync(file);
  closeSync(file);
}

/**
 * Seconds that copying takes.
 *
 * @param inputs   files with their sizes
 * @param output   path and bytes of what is written; the file is left for the caller to remove
 * @param threads  how many copy at a time
 */
export async function copySeconds(inputs, output, threads) {
  closeSync(openSync(output.path, "w"));
  const workers = Array.from(
    { length: threads },
    (_, part) =>
      new Worker(new URL(import.meta.url), {
        workerData: { inputs, output, part, parts: threads },
      }),
  );
  const said = (worker) =>
    new Promise((resolve, reject) =>
      worker.once("message", resolve).once("error", reject),
    );
  await Promise.all(workers.map(said));
  const start = performance.now();
  for (const worker of workers) worker.postMessage("go");
  await Promise.all(workers.map(said));
  const seconds = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.terminate()));
  return seconds;
}

if (!isMainThread && parentPort !== null) {
  parentPort.on("message", () => {
    copyPart(workerData);
    parentPort.postMessage("done");
  });
  parentPort.postMessage("ready");
}
