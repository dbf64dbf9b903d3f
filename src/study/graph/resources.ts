/** What a stage needs of the machine that runs it; names and units are Ray's, other schedulers translate them. */

/** Needs of one kind of stage. They change where a stage may run, never what comes out. */
export interface Resources {
  /** Cores; default 1. */
  num_cpus: number;
  num_gpus?: number;
  /** Bytes. */
  memory?: number;
  /** Whatever else the nodes of a cluster are said to offer. */
  resources?: Readonly<Record<string, number>>;
}
