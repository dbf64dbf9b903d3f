/** Frees the buffers of finished work at once: V8 alone lets about 64 MB of them pile up in every thread. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of buffers in this thread from which on the garbage is collected. */
const ENOUGH = 16e6;

let collect: (() => void) | undefined;

/** Collect the garbage of this thread, if its buffers are worth it. */
export function collectGarbage(): void {
  if (process.memoryUsage().arrayBuffers < ENOUGH) return;
  if (collect === undefined) {
    // The function is a property of the global objects that are made after the flag was set. The flag is that of all threads: one
    // that took it back could do so while another makes its object.
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
