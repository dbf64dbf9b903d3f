/** Python source that runs one program as LiveCodeBench does; the jail and a remote sandbox run the same text. */

/** What every program finds imported, as LiveCodeBench's harness gives it (recursion limit 50,000 included). */
const PRELUDE = `from string import *
from re import *
from datetime import *
from collections import *
from heapq import *
from bisect import *
from copy import *
from math import *
from random import *
from statistics import *
from itertools import *
from functools import *
from operator import *
from io import *
from sys import *
from json import *
from builtins import *
from typing import *
import string, re, datetime, collections, heapq, bisect, copy, math, random, statistics, itertools, functools, operator, io, sys, json
sys.setrecursionlimit(50000)
`;

/**
 * Defines \`run(order, deliver)\`: it runs \`order["program"]\` as \`__main__\` and ends the process, or, with an \`entry\`, calls
 * that function with the input's lines as JSON arguments and hands the result, as JSON, to \`deliver\`.
 *
 * No expected value is here, so nothing that a program patches can make a result right: it can only say another result.
 * Deviates: a function of the entry's name that only the prelude imports (add, gcd) is not called, where LiveCodeBench's harness would.
 * A result that equals no JSON value (a set, a nested tuple) is delivered as "!" and its type.
 */
export const RUNNER: string = `
import atexit, json, os, sys, threading, traceback, types
import bisect, collections, copy, datetime, functools, heapq, io, itertools, math, operator, random, re, site, statistics, string, typing

site.setquit()  # exit() and quit(), which Python leaves out when started without its site
PRELUDE = compile(${JSON.stringify(PRELUDE)}, "prelude.py", "exec")


class Unequal(Exception):
    pass


def plain(value):
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__index__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list):
        return [plain(item) for item in list.__iter__(value)]
    if isinstance(value, dict) and all(isinstance(key, str) for key in dict.keys(value)):
        return {str.__str__(key): plain(item) for key, item in dict.items(value)}
    raise Unequal(type(value).__name__)


def call(names, order, deliver, loads=json.loads, dumps=json.dumps):
    entry = order["entry"]
    inside = "class Solution" in order["program"]
    target = getattr(names["Solution"](), entry) if inside else names[entry]
    result = target(*[loads(line) for line in order["input"].split("\\n") if line.strip()])
    try:
        text = dumps(plain(list(result) if isinstance(result, tuple) else result))
    except Unequal as unequal:
        text = "!" + str(unequal)
    deliver(text)


def finish(main):
    for step in (threading._shutdown, atexit._run_exitfuncs, main.__dict__.clear):
        step()
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def run(order, deliver, leave=os._exit, show=traceback.print_exc):
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    status = 0
    try:
        exec(PRELUDE, main.__dict__)
        if order.get("entry") and "class Solution" not in order["program"]:
            main.__dict__.pop(order["entry"], None)  # what the prelude imports is no answer
        try:
            exec(compile(order["program"], "program.py", "exec", dont_inherit=True), main.__dict__)
            if order.get("entry"):
                call(main.__dict__, order, deliver)
        except SystemExit:
            pass  # the protocol's harness compares what was printed so far
        except BaseException:
            status = 1
            show()
        finish(main)
    except BaseException:
        status = 1
    leave(status)
`;
