"""Golden sets of BFCL: test/golden/bfcl/, by the checkers and classes of bfcl-eval on tasks and calls of our own.

Environment: Python 3.11 with mpmath==1.3.0, tree_sitter==0.21.3, tree-sitter-java==0.21.0, tree-sitter-javascript==0.21.4 and
pydantic; the wheel bfcl-eval==2026.3.23 unpacked (its other requirements are clients of models), its folder as the only argument.
Writes multiTurn.json (what drawn calls answer, whether pairs of turns agree) and singleTurn.json (whether drawn calls are accepted).
"""

import copy
import decimal
import inspect
import json
import math
import random
import sys
import types
from pathlib import Path

sys.path.insert(0, sys.argv[1])
# The table of models imports the clients of all of them; the checkers only ask whether a model writes dots as underscores.
table = types.ModuleType("bfcl_eval.constants.model_config")
table.MODEL_CONFIG_MAPPING = {"ours": types.SimpleNamespace(underscore_to_dot=True)}
sys.modules["bfcl_eval.constants.model_config"] = table

import importlib  # noqa: E402

import mpmath  # noqa: E402
from bfcl_eval.constants.enums import Language  # noqa: E402
from bfcl_eval.constants.executable_backend_config import CLASS_FILE_PATH_MAPPING  # noqa: E402
from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker  # noqa: E402
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_checker import multi_turn_checker  # noqa: E402
from bfcl_eval.eval_checker.multi_turn_eval.multi_turn_utils import execute_multi_turn_func_call  # noqa: E402

OUT = Path(__file__).parents[2] / "test/golden/bfcl"
rng = random.Random(20250701)

# What the long-context category adds, in small.
LONG = {
    "AUTOMOBILE": ["VAN"],
    "BOOKING_RECORD": {"77": {"card_id": "900", "travel_date": "2024-01-02", "travel_from": "SFO", "travel_to": "LAX", "travel_class": "first", "travel_cost": 50.0, "transaction_id": "5"}},
    "CAR_STATUS_METADATA": "a small car",
    "CREDIT_CARD": {"900": {"card_number": "1", "expiration_date": "01/2030", "cardholder_name": "Ida", "card_verification_number": 1, "balance": 9000}},
    "FILE_CONTENT": "\nmore\nlines",
    "FILES_TAIL_USED": ["log.txt"],
    "INTERMEDIARY_CITIES": ["Tide", "Fog"],
    "LONG_WEATHER": {"wind": 3.5},
    "MA_20": [1.5, 2.0],
    "MA_5": [3.5],
    "ORDER_DETAIL": {"note": "about {symbol}"},
    "PARKING_BRAKE_INSTRUCTION": "pull it",
    "POPULATE_FILE": ["a.jpg", "b.jpg"],
    "TECHNOLOGY": ["CHIP"],
    "TRANSACTION_HISTORY": [{"type": "deposit", "amount": 1.5, "timestamp": "2024-05-01 22:14:05.858817"}],
    "WATCH_LIST": ["FOG"],
}


class Copied(dict):
    """Entries that each instance gets for itself: there all instances share them, so that one's booking is paid with another's card."""

    def items(self):
        return copy.deepcopy(dict(self)).items()


CLASSES = {name: getattr(importlib.import_module(CLASS_FILE_PATH_MAPPING[name]), name) for name in CLASS_FILE_PATH_MAPPING if not name.startswith(("Web", "Memory"))}
for name in CLASSES:
    module = importlib.import_module(CLASS_FILE_PATH_MAPPING[name])
    for key, value in LONG.items():
        for attribute in (key, f"{key}_EXTENSION"):
            if hasattr(module, attribute):
                setattr(module, attribute, Copied(value) if isinstance(value, dict) else copy.deepcopy(value))

CONFIGS = {
    "GorillaFileSystem": {"root": {"boat": {"type": "directory", "contents": {
        "log.txt": {"type": "file", "content": "fog\nsun\nfog\n"},
        "plan.txt": {"type": "file", "content": "rope and sail\nrope"},
        "old": {"type": "directory", "contents": {"log.txt": {"type": "file", "content": "rain"}}},
        "empty": {"type": "directory", "contents": {}},
    }}}},
    "MathAPI": {},
    "MessageAPI": {"user_count": 3, "user_map": {"Mia": "USR001", "Omar": "USR002", "Ida": "USR003"}, "inbox": [{"USR002": "Bring rope"}, {"USR003": "Fog today"}], "message_count": 2, "current_user": "USR001"},
    "TicketAPI": {"ticket_queue": [{"id": 1, "title": "Leak", "description": "bow", "status": "Open", "priority": 3, "created_by": "mia"}], "ticket_counter": 2, "current_user": "mia"},
    "TradingBot": {"orders": {"11": {"id": 11, "order_type": "Buy", "symbol": "AAPL", "price": 200.5, "amount": 2, "status": "Open"}, "12": {"id": 12, "order_type": "Sell", "symbol": "GOOG", "price": 9.5, "amount": 1, "status": "Completed"}}, "account_info": {"account_id": 5, "balance": 1000.0, "binding_card": 42}, "authenticated": True, "market_status": "Open", "order_counter": 13, "watch_list": ["NVDA", "AAPL"], "transaction_history": [{"type": "deposit", "amount": 5, "timestamp": "2024-08-03 12:00:00"}]},
    "TravelAPI": {"credit_card_list": {"101": {"card_number": "4444", "expiration_date": "01/2030", "cardholder_name": "Mia Lund", "card_verification_number": 123, "balance": 5000.0}}, "booking_record": {"55": {"card_id": "101", "travel_date": "2024-10-10", "travel_from": "SFO", "travel_to": "LAX", "travel_class": "economy", "travel_cost": 200.0, "transaction_id": "9"}}, "access_token": "abc", "token_type": "Bearer", "token_expires_in": 3600, "token_scope": "read_write", "user_first_name": "Mia", "user_last_name": "Lund", "budget_limit": 1500.0},
    "TwitterAPI": {"username": "mia", "password": "x", "authenticated": True, "tweets": {"0": {"id": 0, "username": "mia", "content": "Fog #sea", "tags": ["#sea"], "mentions": []}, "1": {"id": 1, "username": "omar", "content": "Sun", "tags": [], "mentions": ["@mia"]}}, "comments": {}, "retweets": {}, "following_list": ["omar"], "tweet_counter": 2},
    "VehicleControlAPI": {"fuelLevel": 5.5, "batteryVoltage": 12.6, "engineState": "stopped", "doorStatus": {"driver": "locked", "passenger": "locked", "rear_left": "locked", "rear_right": "unlocked"}, "frontLeftTirePressure": 28.0, "rearLeftTirePressure": 33.5},
}
NUMBERS = [0, 1, 2, 3, 5, 10, -4, 0.5, 2.5, 0.1, 7.25, 1e-3, 120.0, 36]
NAMES = ["log.txt", "plan.txt", "old", "empty", "new", "boat", "note.txt"]
POOLS = {
    "file_name": NAMES, "file_name1": NAMES, "file_name2": NAMES, "source": NAMES, "destination": NAMES, "dir_name": NAMES, "folder": NAMES + ["..", "/", "."],
    "path": [".", "/", "old", "none"], "content": ["wind", "two\nlines", ""], "pattern": ["o", "rope", "zzz"], "lines": [1, 2, 20], "mode": ["l", "w", "c", "cool", "on", "off", "engage", "release", "auto"],
    "a": [True, False], "human_readable": [True, False],
    "value": NUMBERS, "number": NUMBERS, "base": NUMBERS, "exponent": [0, 1, 2, 3, -1, 0.5], "b": NUMBERS, "part": NUMBERS, "whole": NUMBERS, "precision": [1, 3, 5, 10, 20], "decimal_places": [0, 1, 2, -1, 3],
    "numbers": [[1, 2, 3], [2.5, -1, 0.1, 7], [4], [], [0.1, 0.2, 0.3]], "unit_in": ["km", "m", "cm", "mm", "celsius", "fahrenheit", "in", "kg"], "unit_out": ["m", "mm", "um", "ft", "fahrenheit", "celsius", "cm", "lb"],
    "user": ["Mia", "Omar", "Kim"], "user_id": ["USR001", "USR002", "USR999"], "receiver_id": ["USR002", "USR003", "USR999"], "message": ["Rope", "Fog today", "help"], "user_name": ["Kim", "Mia"], "keyword": ["fog", "rope", "#sea", "zzz"],
    "ticket_id": [1, 2, 9], "title": ["Leak", "Fog"], "description": ["", "bow"], "priority": [1, 2, 5, 6], "status": ["Open", "closed", None], "resolution": ["glued", ""], "updates": [{"priority": 4}, {"title": "Hole", "status": None}, {"colour": "red"}],
    "username": ["mia", "omar", ""], "password": ["x", "y", ""],
    "order_id": [11, 12, 13, 14, "11"], "order_type": ["Buy", "Sell", "buy"], "symbol": ["AAPL", "GOOG", "NVDA", "NONE"], "price": [10, 22.5, 600, 0], "amount": [1, 3, 40, 0, -2, 100.5], "name": ["Apple", "Zeta Corp", "Nobody", "log", "old"],
    "stock": ["AAPL", "TSLA", "NONE"], "stocks": [["AAPL", "TSLA", "NONE"], ["NEPT", "ZETA"], []], "min_price": [0, 20, 500], "max_price": [90, 700, 5000], "threshold": [0.1, 0.2, 5], "sector": ["Technology", "Automobile", "Boats"], "start_date": ["2024-08-01", "2024-09-01", None, "soon"], "end_date": ["2024-08-31", "2025-1-1", None],
    "access_token": ["abc", "abc", "abc", "abc", "zzz"], "card_id": ["101", "101", "900", "0"], "travel_date": ["2024-11-15", "2024-11-16", "2024-13-01"], "travel_from": ["SFO", "JFK", "OKD", "XXX"], "travel_to": ["LAX", "BOS", "PEK", "SFO"], "travel_class": ["economy", "business", "first", "luxury"],
    "booking_id": ["55", "55", "77", "1"], "insurance_id": ["3", None], "insurance_type": ["travel"], "insurance_cost": [20, 99.5, 9000], "budget_limit": [100, 2500.5, 6000], "location": ["London", "Rivermist", "Mars"], "base_currency": ["USD", "EUR", "RMB"], "target_currency": ["USD", "JPY", "EUR"],
    "first_name": ["Mia", "Ida"], "last_name": ["Lund", "Voss"], "date_of_birth": ["1990-02-28", "2019-01-01", "1990-02-30", "yesterday"], "passport_number": ["US123", "NO123"],
    "client_id": ["i"], "client_secret": ["s"], "refresh_token": ["r"], "grant_type": ["read", "read_write"], "user_first_name": ["Mia"], "user_last_name": ["Lund"], "card_number": ["5555", "101"], "expiration_date": ["02/2031"], "cardholder_name": ["Mia Lund"], "card_verification_number": [321], "lastModifiedAfter": [None], "includeRemoved": [None],
    "tags": [["#sea"], []], "mentions": [["@omar"], []], "tweet_id": [0, 1, 2, 7], "comment_content": ["Yes", "No"], "mentioned_usernames": [["@ida"], ["@ida", "@kim"]], "username_to_follow": ["ida", "omar"], "username_to_unfollow": ["omar", "kim"],
    "ignitionMode": ["START", "START", "STOP", "GO"], "fuelAmount": [10, 2.5, 60, -1], "unlock": [True, False, False], "door": [["driver"], ["rear_right"], ["driver", "passenger", "rear_left", "rear_right"], ["trunk"]], "temperature": [20, 68.5], "unit": ["celsius", "fahrenheit"], "fanSpeed": [0, 70, 150],
    "option": ["fuel", "battery", "doors", "climate", "headlights", "parkingBrake", "brakePedal", "engine", "radio"], "pedalPosition": [0, 0.5, 1, 1, 2], "speed": [60, 62, 200, "35"], "activate": [True, False], "distanceToNextVehicle": [50, 100.5], "messages": [["a", "b"]],
    "distance": [50, 110, 300.5], "liter": [10, 3.5], "gallon": [10, 2.5], "cityA": ["83214", "94016", "69238"], "cityB": ["74532", "08540", "51479", "83214"], "city": ["Rivermist", "Stonebrook", "Oz"],
}


def methods(name):
    return [m for m, _ in inspect.getmembers(CLASSES[name], predicate=inspect.isfunction) if not m.startswith("_")]


def draw_call(name):
    method = rng.choice(methods(name))
    parameters = list(inspect.signature(getattr(CLASSES[name], method)).parameters.values())[1:]
    args = {}
    for parameter in parameters:
        if parameter.default is inspect.Parameter.empty or rng.random() < 0.5:
            pool = NUMBERS if method in ("add", "subtract", "multiply", "divide") else POOLS[parameter.name]
            args[parameter.name] = rng.choice(pool)
    if rng.random() < 0.02 and args:
        args.pop(rng.choice(list(args)))
    return {"name": method, "arguments": args}


def written(call):
    return f"{call['name']}({', '.join(f'{k}={v!r}' for k, v in call['arguments'].items())})"


def exactly(digits):
    """A number of mpmath as this library writes it; at the precision that it was printed at, its digits give it back."""
    sign, whole, exponent, _ = mpmath.mpf(digits)._mpf_
    return {"value": float(mpmath.mpf(digits)), "exact": f"{'-' if sign else ''}{whole} · 2^{exponent}" if whole else "0"}


def plain(text, call):
    """The value of an answer: of an object of Python's, its number or digits."""
    mpmath.mp.dps = call["arguments"].get("precision", 15)
    try:
        return json.loads(text)
    except ValueError:
        pass
    if text.startswith(("{", "[")):
        value = eval(text, {"mpf": exactly, "mpc": lambda real, imag: complex(float(real), float(imag)), "inf": math.inf, "nan": math.nan, "Decimal": lambda digits: "Decimal " + digits_of(digits)})
        # Ours has no complex and no infinite results: those calls fail.
        result = value.get("result") if isinstance(value, dict) else None
        if isinstance(result, dict):
            return {"result": result["value"], "exact": result["exact"]} if math.isfinite(result["value"]) else "Error during execution"
        return "Error during execution" if isinstance(result, complex) or isinstance(result, float) and not math.isfinite(result) else value
    return text


def digits_of(digits):
    text = format(decimal.Decimal(digits), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def task(i, classes, long):
    return {"id": f"own_{'long_context' if long else 'base'}_{i}", "involved_classes": classes, "initial_config": {c: CONFIGS[c] for c in classes}}


def run(one, calls):
    results, _ = execute_multi_turn_func_call([written(c) for c in calls], one["initial_config"], one["involved_classes"], "run", one["id"], long_context="long_context" in one["id"], is_evaL_run=True)
    return [plain(text, call) for text, call in zip(results, calls)]


def verdict(one, turns, answers):
    try:
        result = checked(one, turns, answers)
    except RecursionError:
        # A folder inside itself: no verdict there.
        return None
    return True if result["valid"] else result["error_type"]


def checked(one, turns, answers):
    return multi_turn_checker([[[written(c) for c in turn]] for turn in turns], [[written(c) for c in turn] for turn in answers], one, "multi_turn_base", "ours")


def changed(turns):
    """Turns with one thing changed."""
    turns = json.loads(json.dumps(turns))
    turn = rng.choice([t for t in turns if t] or [[]])
    kind = rng.randrange(6)
    if not turn:
        return turns
    i = rng.randrange(len(turn))
    if kind == 0:
        turn.pop(i)
    elif kind == 1:
        turn.reverse()
    elif kind == 2:
        turn.append(turn[i])
    elif kind == 3 and turn[i]["arguments"]:
        name = rng.choice(list(turn[i]["arguments"]))
        turn[i]["arguments"][name] = rng.choice(POOLS.get(name, NUMBERS))
    elif kind == 4:
        turns.reverse()
    else:
        turn.insert(0, {"name": turn[i]["name"], "arguments": {}})
    return turns


def multi_turn():
    episodes, pairs = [], []
    names = list(CLASSES)
    for i in range(400):
        one = task(i, [names[i % len(names)]], i % 5 == 4)
        calls = [draw_call(one["involved_classes"][0]) for _ in range(rng.randint(2, 6))]
        episodes.append({"id": one["id"], "classes": one["involved_classes"], "calls": calls, "answers": run(one, calls)})
    for i in range(480):
        classes = [names[i % len(names)]] + ([rng.choice(names)] if i % 3 == 0 else [])
        classes = list(dict.fromkeys(classes))
        answers = [[draw_call(rng.choice(classes)) for _ in range(rng.randint(0 if k else 1, 3))] for k in range(rng.randint(1, 3))]
        turns = changed(answers) if i % 8 else answers
        if i % 8 == 1:
            turns = changed(turns)
        one = task(1000 + i, classes, i % 7 == 6)
        valid = verdict(one, turns, answers)
        if valid is not None:
            pairs.append({"id": one["id"], "classes": classes, "turns": turns, "solution": answers, "verdict": valid})
    return {"versions": ["bfcl-eval 2026.3.23"], "long": LONG, "configs": CONFIGS, "episodes": episodes, "pairs": pairs}


FUNCTION = {"name": "boat.find", "parameters": {"type": "dict", "required": ["name"], "properties": {
    "name": {"type": "string"}, "length": {"type": "integer"}, "speed": {"type": "float"}, "fast": {"type": "boolean"}, "ports": {"type": "array", "items": {"type": "string"}},
    "sizes": {"type": "array", "items": {"type": "integer"}}, "pair": {"type": "tuple", "items": {"type": "float"}}, "owner": {"type": "dict", "properties": {}}, "crew": {"type": "array", "items": {"type": "dict"}}, "extra": {"type": "any"}}}}
SELL = {"name": "sell", "parameters": {"type": "dict", "required": ["item"], "properties": {"item": {"type": "string"}, "price": {"type": "float"}}}}
FIND_ANSWER = {"boat.find": {"name": ["Red Fox", "Fox"], "length": [12, ""], "speed": [5.5, 7, ""], "fast": [True, ""], "ports": [["Oslo", "St. John's"], ["Bergen"], ""], "sizes": [[1, 2], ""], "pair": [[1.5, 2.0], ""], "owner": [{"first": ["Mia"], "last": ["Lund", ""], "age": [30, ""]}, ""], "crew": [[{"job": ["cook"]}, {"job": ["mate", "second mate"]}], ""], "extra": ["blue", ""]}}
VARIABLE_ANSWER = {"boat.find": {"name": ["Fox"], "length": ["max_length", ""], "ports": ["PORTS", ""], "owner": ["owner_of", ""]}}
SELL_ANSWER = {"sell": {"item": ["rope"], "price": [9.5, ""]}}
VALUES = {
    "name": ["Red Fox", "red-fox", "FOX", "Wolf", "", 3, None, "Fox'"], "length": [12, 13, "12", True, 12.5, "max_length", None], "speed": [5.5, 5, 7, 7.5, "7", False], "fast": [True, False, 1, "true"],
    "ports": [["Oslo", "St Johns"], ["oslo", 'st. john"s'], ["Bergen"], ["Bergen", "Oslo"], [], [1], "Bergen", ["BER-GEN"], "PORTS"], "sizes": [[1, 2], [2, 1], [1], ["1", "2"], [1.5, 2]], "pair": [[1.5, 2.5], [1, 2], [1.5], [1.5, 2.25]],
    "owner": [{"first": "Mia"}, {"first": "mia", "last": "LUND"}, {"last": "Lund"}, {"first": "Mia", "age": 30}, {"first": "Mia", "age": 31}, {"first": "Mia", "x": 1}, {}, "owner_of"],
    "crew": [[{"job": "cook"}, {"job": "mate"}], [{"job": "mate"}, {"job": "cook"}], [{"job": "cook"}], [], [{"job": "Cook"}, {"job": "second-mate"}], ["cook"]], "extra": ["blue", "Blue", 3, "red"], "item": ["rope", "Rope", "sail"], "price": [9.5, 9, "9.5"], "colour": ["red"],
}
JAVA = {"name": "fleet", "parameters": {"type": "dict", "required": ["name"], "properties": {"name": {"type": "String"}, "count": {"type": "integer"}, "big": {"type": "long"}, "rate": {"type": "float"}, "exact": {"type": "double"}, "on": {"type": "boolean"}, "mark": {"type": "char"}, "ports": {"type": "ArrayList", "items": {"type": "String"}}, "sizes": {"type": "Array", "items": {"type": "integer"}}, "map": {"type": "HashMap"}, "extra": {"type": "any"}}}}
JAVA_ANSWER = {"fleet": {"name": ["Fox"], "count": [3, ""], "big": [4, ""], "rate": [2.5, ""], "exact": [1.5, ""], "on": [True, ""], "mark": ["a", ""], "ports": [["Oslo", "Bergen"], ""], "sizes": [[1, 2], ""], "map": [{"a": ["x"], "b": [2]}, ""], "extra": ["new Path()", ""]}}
JAVA_VALUES = {"name": ["Fox", "fox", '"Fox"', "Wolf", 3], "count": ["3", "4", 3, "3.0"], "big": ["4L", "4l", "4", "5L"], "rate": ["2.5f", "2.5F", "2.5", "3f"], "exact": ["1.5", "1.5d", "2"], "on": ["true", "false", "True", True], "mark": ["a", "'a'", "b"],
    "ports": ['new ArrayList<String>(Arrays.asList("Oslo", "Bergen"))', 'new ArrayList<>(Arrays.asList("Bergen", "Oslo"))', 'Arrays.asList("Oslo")', "new ArrayList<String>()"], "sizes": ["new int[]{1, 2}", "new int[]{2, 1}", "new Integer[]{1, 2}", "{1, 2}"],
    "map": ['new HashMap<String, Object>() {{ put("a", "x"); put("b", 2); }}', 'new HashMap<String, Object>() {{ put("a", "x"); }}', 'new HashMap<>() {{ put("b", 2); put("a", "x"); }}'], "extra": ["new Path()", "new Path( )", "Path"]}
SCRIPT = {"name": "draw", "parameters": {"type": "dict", "required": ["name"], "properties": {"name": {"type": "String"}, "count": {"type": "integer"}, "rate": {"type": "float"}, "big": {"type": "Bigint"}, "on": {"type": "Boolean"}, "list": {"type": "array", "items": {"type": "integer"}}, "words": {"type": "array", "items": {"type": "String"}}, "map": {"type": "dict"}, "extra": {"type": "any"}}}}
SCRIPT_ANSWER = {"draw": {"name": ["Fox"], "count": [3, ""], "rate": [2.5, ""], "big": [12, ""], "on": [True, ""], "list": [[1, 2], ""], "words": [["a", "b"], ""], "map": [{"x": ["y"], "n": [1]}, ""], "extra": ["() => 1", ""]}}
SCRIPT_VALUES = {"name": ["Fox", "'Fox'", '"fox"', "Wolf"], "count": ["3", "4", 3], "rate": ["2.5", "2", 2.5], "big": ["12n", "12", "13n"], "on": ["true", "false", "1"], "list": ["[1, 2]", "[2, 1]", "[]", "new Array(1, 2)"], "words": ["['a', 'b']", '["a","b"]', "['b']"], "map": ["{x: 'y', n: 1}", "{'x': 'y'}", "{n: 1, x: \"y\"}", "{}"], "extra": ["() => 1", "()=>1", "2"]}

ANSWERS = [FIND_ANSWER, VARIABLE_ANSWER, SELL_ANSWER, JAVA_ANSWER, SCRIPT_ANSWER]


def draw_arguments(properties, values):
    args = {name: rng.choice(values[name]) for name in properties if rng.random() < 0.35 or name in ("name", "item") and rng.random() < 0.9}
    # Most arguments should be right, or nothing ever passes.
    return {name: values[name][0] if rng.random() < 0.6 else value for name, value in args.items()}


def check(kind, language, functions, calls, answers):
    try:
        return bool(ast_checker(functions, [{c["name"]: c["arguments"]} for c in calls], answers, language, kind, "ours")["valid"])
    except Exception:
        # The reference ends with an exception: no verdict.
        return None


def single_turn():
    cases = []

    def add(kind, language, functions, calls, answers):
        valid = check(kind, language, functions, calls, answers)
        if valid is not None:
            cases.append([kind, language.value.lower(), [f["name"] for f in functions], calls, [ANSWERS.index(a) for a in answers], valid])

    def find():
        args = draw_arguments(FUNCTION["parameters"]["properties"], VALUES)
        if rng.random() < 0.05:
            args["colour"] = "red"
        return {"name": rng.choice(["boat_find"] * 9 + ["boat.find"]), "arguments": args}

    def sell():
        return {"name": "sell", "arguments": draw_arguments(SELL["parameters"]["properties"], VALUES)}

    for i in range(300):
        answer = VARIABLE_ANSWER if i % 4 == 0 else FIND_ANSWER
        add("simple", Language.PYTHON, [FUNCTION], [find() for _ in range(2 if i % 20 == 19 else 1)], [answer])
    for i in range(80):
        add("multiple", Language.PYTHON, [SELL, FUNCTION], [rng.choice([find, sell])()], [rng.choice([FIND_ANSWER, SELL_ANSWER])])
    for i in range(120):
        add("parallel", Language.PYTHON, [FUNCTION, SELL], [rng.choice([find, sell])() for _ in range(rng.choice([2, 2, 2, 3]))], [FIND_ANSWER, SELL_ANSWER])
    for i in range(120):
        add("simple", Language.JAVA, [JAVA], [{"name": "fleet", "arguments": draw_arguments(JAVA["parameters"]["properties"], JAVA_VALUES)}], [JAVA_ANSWER])
    for i in range(120):
        add("simple", Language.JAVASCRIPT, [SCRIPT], [{"name": "draw", "arguments": draw_arguments(SCRIPT["parameters"]["properties"], SCRIPT_VALUES)}], [SCRIPT_ANSWER])
    return {"versions": ["bfcl-eval 2026.3.23"], "functions": [FUNCTION, SELL, JAVA, SCRIPT], "answers": ANSWERS, "cases": cases}


OUT.mkdir(parents=True, exist_ok=True)
for name, data in (("multiTurn", multi_turn()), ("singleTurn", single_turn())):
    (OUT / f"{name}.json").write_text(json.dumps(data, ensure_ascii=False) + "\n")
    print(name, {k: len(v) for k, v in data.items()})
