/** The system calls that a program in the jail may make, as a filter for the kernel. */
import { InfrastructureError } from "../../../error.js";

// What CPython needs once it runs: files to read, memory, threads, clocks, sleeping, its own signal handlers, and pipes.
// Not here, and therefore refused: processes, signals to anyone, sockets, tracing, mounts, creating or changing files.
// Numbers of x86-64 and of the table that newer machines share (arm64); null where the call does not exist.
const ALLOWED: Readonly<
  Record<string, readonly [number | null, number | null]>
> = {
  read: [0, 63],
  write: [1, 64],
  open: [2, null],
  close: [3, 57],
  stat: [4, null],
  fstat: [5, 80],
  lstat: [6, null],
  poll: [7, null],
  lseek: [8, 62],
  mmap: [9, 222],
  mprotect: [10, 226],
  munmap: [11, 215],
  brk: [12, 214],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  rt_sigreturn: [15, 139],
  pread64: [17, 67],
  pwrite64: [18, 68],
  readv: [19, 65],
  writev: [20, 66],
  access: [21, null],
  pipe: [22, null],
  select: [23, null],
  sched_yield: [24, 124],
  mremap: [25, 216],
  madvise: [28, 233],
  dup: [32, 23],
  dup2: [33, null],
  pause: [34, null],
  nanosleep: [35, 101],
  getitimer: [36, 102],
  alarm: [37, null],
  setitimer: [38, 103],
  getpid: [39, 172],
  socketpair: [53, 199],
  exit: [60, 93],
  uname: [63, 160],
  getcwd: [79, 17],
  readlink: [89, null],
  gettimeofday: [96, 169],
  getrlimit: [97, 163],
  getrusage: [98, 165],
  sysinfo: [99, 179],
  times: [100, 153],
  getuid: [102, 174],
  getgid: [104, 176],
  geteuid: [107, 175],
  getegid: [108, 177],
  getppid: [110, 173],
  getpgrp: [111, null],
  getgroups: [115, 158],
  sigaltstack: [131, 132],
  gettid: [186, 178],
  time: [201, null],
  futex: [202, 98],
  sched_getaffinity: [204, 123],
  getdents64: [217, 61],
  set_tid_address: [218, 96],
  restart_syscall: [219, 128],
  clock_gettime: [228, 113],
  clock_getres: [229, 114],
  clock_nanosleep: [230, 115],
  exit_group: [231, 94],
  epoll_wait: [232, null],
  epoll_ctl: [233, 21],
  openat: [257, 56],
  newfstatat: [262, 79],
  readlinkat: [267, 78],
  faccessat: [269, 48],
  pselect6: [270, 72],
  ppoll: [271, 73],
  set_robust_list: [273, 99],
  get_robust_list: [274, 100],
  epoll_pwait: [281, 22],
  eventfd2: [290, 19],
  epoll_create1: [291, 20],
  dup3: [292, 24],
  pipe2: [293, 59],
  getrandom: [318, 278],
  membarrier: [324, 283],
  statx: [332, 291],
  rseq: [334, 293],
  faccessat2: [439, 439],
};

interface Machine {
  column: 0 | 1;
  /** AUDIT_ARCH_… of linux/audit.h. */
  arch: number;
  clone: number;
  prlimit64: number;
  fcntl: number;
  ioctl: number;
}

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: {
    column: 0,
    arch: 0xc000003e,
    clone: 56,
    prlimit64: 302,
    fcntl: 72,
    ioctl: 16,
  },
  arm64: {
    column: 1,
    arch: 0xc00000b7,
    clone: 220,
    prlimit64: 261,
    fcntl: 25,
    ioctl: 29,
  },
};

const CLONE3 = 435;
const CLONE_THREAD = 0x10000;
// Copying a descriptor, its flags: not F_SETOWN, by which a process has signals sent to another.
const FCNTL_COMMANDS = [0, 1, 2, 3, 4, 1030];
// Blocking or not, which asyncio asks for on its own pair of sockets.
const FIONBIO = 0x5421;

// Classic BPF, linux/bpf_common.h; offsets are those of struct seccomp_data.
const LOAD = 0x20;
const IF_EQUAL = 0x15;
const IF_AT_LEAST = 0x35;
const IF_SET = 0x45;
const RETURN = 0x06;
const AT_NUMBER = 0;
const AT_ARCH = 4;
const AT_FIRST = 16;
const AT_SECOND = 24;
const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;

type Instruction = readonly [
  code: number,
  ifTrue: number,
  ifFalse: number,
  value: number,
];

/** One call with a condition on an argument: `checks` allow, anything else is refused. */
function guarded(
  number: number,
  offset: number,
  checks: readonly Instruction[],
): Instruction[] {
  return [
    [IF_EQUAL, 0, checks.length + 2, number],
    [LOAD, 0, 0, offset],
    ...checks,
    [RETURN, 0, 0, EPERM],
  ];
}

/** `if A == value allow`, as two instructions. */
function allowIf(code: number, value: number): Instruction[] {
  return [
    [code, 0, 1, value],
    [RETURN, 0, 0, ALLOW],
  ];
}

/**
 * The filter: everything that is not listed fails with EPERM. `clone` makes threads only (`clone3` does not exist here, so
 * that the C library falls back to it), `prlimit64` reads and lowers the process's own limits, `fcntl` has no
 * signals, `ioctl` knows FIONBIO alone.
 *
 * @param machine  `process.arch`
 * @returns instructions of 8 bytes for `prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER)`
 * @throws InfrastructureError the machine is neither x64 nor arm64
 */
export function callFilter(machine: string = process.arch): Buffer {
  const known = MACHINES[machine];
  if (known === undefined)
    throw new InfrastructureError(
      `python: the jail knows the system calls of x64 and arm64, got ${machine}; name a SandboxFusion server in M2RL_SANDBOX_URL`,
    );
  const code: Instruction[] = [
    [LOAD, 0, 0, AT_ARCH],
    [IF_EQUAL, 1, 0, known.arch],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, AT_NUMBER],
    // Numbers of the x32 interface start here.
    [IF_AT_LEAST, 0, 1, 0x40000000],
    [RETURN, 0, 0, EPERM],
    ...Object.values(ALLOWED).flatMap((numbers) => {
      const number = numbers[known.column];
      return number === null ? [] : allowIf(IF_EQUAL, number);
    }),
    [IF_EQUAL, 0, 1, CLONE3],
    [RETURN, 0, 0, ENOSYS],
    ...guarded(known.clone, AT_FIRST, allowIf(IF_SET, CLONE_THREAD)),
    ...guarded(known.prlimit64, AT_FIRST, allowIf(IF_EQUAL, 0)),
    ...guarded(
      known.fcntl,
      AT_SECOND,
      FCNTL_COMMANDS.flatMap((command) => allowIf(IF_EQUAL, command)),
    ),
    ...guarded(known.ioctl, AT_SECOND, allowIf(IF_EQUAL, FIONBIO)),
    [RETURN, 0, 0, EPERM],
  ];
  const bytes = Buffer.alloc(8 * code.length);
  code.forEach(([operation, ifTrue, ifFalse, value], i) => {
    bytes.writeUInt16LE(operation, 8 * i);
    bytes.writeUInt8(ifTrue, 8 * i + 2);
    bytes.writeUInt8(ifFalse, 8 * i + 3);
    bytes.writeUInt32LE(value, 8 * i + 4);
  });
  return bytes;
}
