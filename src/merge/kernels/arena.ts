/**
 * Memory that the kernels work in. Arrays are laid one behind the other, and freed together when the scope ends in which they were
 * made: what a thread holds at a time is what its deepest scope needs.
 */

import { webAssembly, type WebAssemblyMemory } from "./webAssembly.js";

const PAGE = 65_536;
/** Arrays begin at lines of the processor's cache, and what is read beyond their end up to there is theirs. */
const LINE = 64;
/** Pages by which the memory grows at least. */
const STEP = 16;

/** The memory of this thread's kernels; shared in form only, since memory that is not loses its arrays when it grows. */
export const memory: WebAssemblyMemory = new webAssembly.Memory({
  initial: STEP,
  maximum: 65_536,
  shared: true,
});

let { buffer } = memory;
/** All buffers that show the memory: it gets another one when it grows. */
const buffers = new WeakSet<ArrayBufferLike>([buffer]);
let end = 0;

function place(bytes: number): number {
  const start = end;
  end += Math.ceil(bytes / LINE) * LINE;
  const missing = Math.ceil((end - buffer.byteLength) / PAGE);
  if (missing > 0) {
    memory.grow(Math.max(missing, STEP));
    buffer = memory.buffer;
    buffers.add(buffer);
  }
  return start;
}

/** Run `action`, and free the arrays that were made meanwhile. */
export function scoped<T>(action: () => T): T {
  const start = end;
  try {
    return action();
  } finally {
    end = start;
  }
}

/** New numbers, of any value. */
export function floats(length: number): Float32Array {
  const start = place(4 * length);
  return new Float32Array(buffer, start, length);
}

/** New numbers of 64 bits, of any value. */
export function doubles(length: number): Float64Array {
  const start = place(8 * length);
  return new Float64Array(buffer, start, length);
}

/** New words, of any value. */
export function words(length: number): Uint32Array {
  const start = place(4 * length);
  return new Uint32Array(buffer, start, length);
}

/** New bytes, of any value. */
export function bytes(length: number): Uint8Array {
  const start = place(length);
  return new Uint8Array(buffer, start, length);
}

/** Address of a list of the addresses of arrays. */
export function addresses(arrays: readonly Float32Array[]): number {
  const list = words(arrays.length);
  for (let m = 0; m < arrays.length; m++) list[m] = arrays[m]!.byteOffset;
  return list.byteOffset;
}

/** Address of a list of numbers of 64 bits. */
export function numbers(values: readonly number[]): number {
  const list = doubles(values.length);
  list.set(values);
  return list.byteOffset;
}

/** Can the kernels work on these arrays? */
export function inArena(...arrays: readonly ArrayBufferView[]): boolean {
  return arrays.every((array) => buffers.has(array.buffer));
}
