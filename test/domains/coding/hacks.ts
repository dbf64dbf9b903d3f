/** Programs that try to score without solving the problem. */

/** Name and program; each must score 0 and leave the jail as it was. The problem: print the number after the one that is read. */
export const HACKS: [name: string, program: string][] = [
  [
    "overriding builtins",
    "import builtins\nbuiltins.print = lambda *a, **k: None\nbuiltins.all = builtins.any = lambda *a: True\nstr.__eq__ = None",
  ],
  [
    "an object equal to everything",
    "class A:\n    def __eq__(self, other): return True\n    def __repr__(self): return '5'\nprint(repr(A) == 5)",
  ],
  [
    "looking for the expected output in memory",
    "import gc, sys\nfor o in gc.get_objects():\n    if isinstance(o, dict) and 'output' in o and 'input' in o:\n        print(o['output'])\nf = sys._getframe()\nwhile f:\n    print(f.f_locals.get('expected', ''))\n    f = f.f_back",
  ],
  ["leaving at once", "import sys\nsys.exit(0)"],
  ["leaving without Python's end", "import os\nos._exit(0)"],
  [
    "writing to every channel",
    "import os\nfor fd in range(1, 64):\n    try: os.write(fd, b'right true passed 1')\n    except OSError: pass",
  ],
  [
    "closing every channel and spinning",
    "import os\nos.closerange(0, 64)\nwhile True: pass",
  ],
  ["a fork bomb", "import os\nwhile True:\n    os.fork()"],
  [
    "a fork bomb that does not give up",
    "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
  ],
  [
    "threads",
    "import threading\nwhile True:\n    threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start()",
  ],
  [
    "deep recursion",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1)\nf(0)",
  ],
  ["deep nesting", "eval('(' * 100000 + ')' * 100000)"],
  ["gigabyte strings", "x = 'a' * (1 << 30)\nprint(len(x))"],
  [
    "endless error output",
    "import sys\nwhile True: sys.stderr.write('a' * 999)",
  ],
  ["reading /etc/passwd", "print(open('/etc/passwd').read())"],
  ["sockets", "import socket\nsocket.create_connection(('127.0.0.1', 80))"],
  ["starting a shell", "import os\nprint(os.system('echo 5'))"],
  ["writing a file", "open('/usr/lib/python3/x', 'w').write('5')"],
  [
    "ending the server",
    "import os, signal\nfor pid in (1, 2, os.getppid(), -1):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass",
  ],
  [
    "having the kernel signal the server",
    "import fcntl, os\nfcntl.fcntl(1, 8, os.getppid())",
  ],
  ["a crash of the interpreter", "import ctypes\nctypes.string_at(0)"],
  [
    "limits raised again",
    "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (10**6, 10**6))\nwhile True: pass",
  ],
];
