/** The part of WebAssembly that is used here; TypeScript declares it for browsers only. */

/** Memory that several modules see. */
export interface WebAssemblyMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface WebAssembly {
  Memory: new (pages: {
    initial: number;
    maximum: number;
    shared: boolean;
  }) => WebAssemblyMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { env: { memory: WebAssemblyMemory } },
  ) => { readonly exports: unknown };
}

/** What every JavaScript engine has under this name. */
export const webAssembly: WebAssembly = (
  globalThis as unknown as { WebAssembly: WebAssembly }
).WebAssembly;
