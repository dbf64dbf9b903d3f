/** The Python process inside the jail: it forks once per test, and holds the limits that only a parent can hold. */
import { RUNNER } from "./runner.js";

/** First word of every frame, both ways: a reader that is out of step stops instead of guessing. */
export const MAGIC = 0x6d32726c;

/** Bytes of an order's head: magic, body length, CPU ms, memory MiB, output KiB, idle ms. */
export const ORDER_HEAD = 24;

/** Bytes of a reply's head: magic, ending, status, CPU ms, lengths of standard output, standard error, result. */
export const REPLY_HEAD = 28;

/** How a run ended, in the order of the numbers of the reply. */
export const ENDINGS = ["ended", "time", "output", "idle"] as const;

/**
 * Source of the server; its one argument is the filter of system calls as hexadecimal text.
 *
 * The child reads the order's body itself, so the parent's memory, which later children inherit, never holds a program or an
 * input. CPU time is read from the child's own clock (\`clock_getcpuclockid\`), so a busy machine does not shorten a limit;
 * a child that makes no progress at all for the idle time sleeps and is ended too. A child can neither make processes nor
 * send signals, so ending it ends everything it started.
 */
export const FORK_SERVER: string = `${RUNNER}
import ctypes, gc, resource, select, signal, struct, time

MAGIC = ${MAGIC}
LIBC = ctypes.CDLL(None, use_errno=True)
FILTER = bytes.fromhex(sys.argv[1])
ORDERS, REPLIES = 40, 41


def read_exactly(size):
    parts = []
    while size > 0:
        part = os.read(ORDERS, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


def prctl(*values):
    if LIBC.prctl(*[ctypes.c_ulong(value) if isinstance(value, int) else value for value in values]) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def lock(cpu, memory):
    for name, soft in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu // 1000 + 3),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(name, (soft, soft))
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    stack = 120 << 20
    resource.setrlimit(resource.RLIMIT_STACK, (stack if hard == -1 else min(stack, hard), hard))

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]

    prctl(38, 1, 0, 0, 0)  # no new privileges
    prctl(22, 2, ctypes.byref(Filter(len(FILTER) // 8, FILTER)), 0, 0)  # the filter of system calls


def child(length, cpu, memory, ends):
    order = json.loads(read_exactly(length))
    given = os.memfd_create("input")
    if not order.get("entry"):
        write_all(given, order["input"].encode("utf-8", "surrogatepass"))
        os.lseek(given, 0, 0)
    for fd, end in zip((0, 1, 2, 3), (given, *ends)):
        os.dup2(end, fd)
    os.closerange(4, 64)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
    lock(cpu, memory)
    os.write(3, b"+")
    run(order, lambda text: write_all(3, text.encode("utf-8", "surrogatepass")))


def supervise(pid, pipes, cpu, output, idle):
    """Read what the child writes until it ends or breaks a limit: (ending, the three texts)."""
    texts = {fd: [] for fd in pipes}
    waiting = set(pipes)
    poll = select.poll()
    for fd in pipes:
        poll.register(fd, select.POLLIN)
    clock = (~pid << 3) | 2
    used, progress, size, checked = 0.0, time.monotonic(), 0, 0.0
    while True:
        for fd, _ in poll.poll(50 if waiting else 5):
            part = os.read(fd, 1 << 16)
            if not part:
                poll.unregister(fd)
                waiting.discard(fd)
                continue
            size += len(part)
            texts[fd].append(part)
        if size > output:
            return 2, texts
        if not waiting and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return 0, texts
        now = time.monotonic()
        if now - checked < 0.02:
            continue
        checked = now
        try:
            spent = time.clock_gettime(clock)
        except OSError:
            continue
        if spent > used + 0.001:
            used, progress = spent, now
        if spent * 1000 > cpu:
            return 1, texts
        if (now - progress) * 1000 > idle:
            return 3, texts


def serve():
    while True:
        magic, length, cpu, memory, output, idle = struct.unpack("<6I", read_exactly(${ORDER_HEAD}))
        if magic != MAGIC:
            os._exit(3)
        pairs = [os.pipe() for _ in range(3)]
        pid = os.fork()
        if pid == 0:
            try:
                child(length, cpu, memory << 20, [end for _, end in pairs])
            finally:
                os._exit(4)
        for _, end in pairs:
            os.close(end)
        pipes = [end for end, _ in pairs]
        ending, texts = supervise(pid, pipes, cpu, output << 10, idle)
        if ending != 0:
            os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        for end in pipes:
            os.close(end)
        code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        parts = [b"".join(texts[fd]) for fd in pipes]
        parts[1] = parts[1][-4096:]
        used = int((usage.ru_utime + usage.ru_stime) * 1000)
        write_all(REPLIES, struct.pack("<IIiIIII", MAGIC, ending, code, used, *map(len, parts)) + b"".join(parts))


os.dup2(0, ORDERS)
os.dup2(1, REPLIES)
prctl(4, 0, 0, 0, 0)  # not dumpable: no other process may look into this one
gc.collect()
gc.freeze()
serve()
`;
