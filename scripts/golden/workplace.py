"""Golden episodes of the workplace assistant: test/golden/workplace/, by NeMo-Gym's own tools on small tables of our own.

Environment: Python 3.11 with pandas==2.3.2; the wheel nemo-gym==0.4.0 unpacked (it needs Python 3.12 to be installed), its folder as the
only argument. Writes the tables and episodes.json: for each list of calls what each call answered, and whether pairs of lists
lead to one state.
"""

import importlib.metadata
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path

OUT = Path(__file__).parents[2] / "test/golden/workplace"
TABLES = {
    "processed/emails.csv": """email_id,inbox/outbox,sender/recipient,subject,sent_datetime,body
00000003,inbox,mia.lund@tide.com,Boat Plan,2023-11-01 09:15:02,"Sam,\\n\\nThe boat is ready."
00000001,inbox,omar.berg@tide.com,Harbour News,2023-11-20 10:00:00,Fog again
00000002,inbox,mia.lund@tide.com,Re: Boat,2023-11-28 17:30:00,Bring rope
""",
    "processed/calendar_events.csv": """event_id,event_name,participant_email,event_start,duration
00000007,Boat check,mia.lund@tide.com,2023-11-29 09:00:00,60
00000002,Tide talk,omar.berg@tide.com,2023-12-01 14:30:00,30
00000005,boat race,mia.lund@tide.com,2023-12-04 11:00:00,90
""",
    "processed/project_tasks.csv": """task_id,task_name,assigned_to_email,list_name,due_date,board
00000004,Paint hull,mia.lund@tide.com,Backlog,2023-12-10,Design
00000006,Fix pump,Omar.Berg@tide.com,In Progress,2023-12-02,Back end
00000001,Paint sail,omar.berg@tide.com,Completed,2023-11-11,Front end
""",
    "processed/customer_relationship_manager_data.csv": """customer_id,assigned_to_email,customer_name,customer_email,customer_phone,last_contact_date,product_interest,status,follow_up_by,notes
00000010,mia.lund@tide.com,Ida Voss,ida@voss.org,,2023-11-01 12:00:00,Software,Lead,2023-12-01 12:00:00,Called.
00000008,omar.berg@tide.com,Bo Kim,bo@kim.org,123,2023-10-05 12:00:00,Training,Won,2023-12-09 12:00:00,
""",
    "processed/analytics_data.csv": """date_of_visit,visitor_id,page_views,session_duration_seconds,traffic_source,user_engaged
2023-11-03,0007,4,10,direct,True
2023-11-01,0009,1,5,search engine,False
2023-11-03,0009,2,15,referral,True
2023-11-05,0011,9,8,direct,False
""",
    "raw/email_addresses.csv": "mia.lund@tide.com\nomar.berg@tide.com\nida.voss@tide.com\n",
}
IDS = {
    "email_id": ["00000001", "00000002", "00000003", "4", "00000009", ""],
    "event_id": ["00000002", "00000005", "00000007", "7", "00000008", None],
    "task_id": ["00000001", "00000004", "00000006", "00000007", "6"],
    "customer_id": ["00000008", "00000010", "00000011", "x"],
    "visitor_id": ["0007", "0009", "1", ""],
}
VALUES = {
    **IDS,
    "name": ["mia", "BERG", "", "zoe", "m.a"], "query": ["boat", "mia rope", "", "FOG", "(boat|tide)", "lund@"],
    "date_min": ["2023-11-20", None], "date_max": ["2023-11-25", None], "page": [1, 2, 9], "page_size": [5, 1, 2],
    "recipient": ["Ida.Voss@tide.com", "ida.voss@tide.com", "nobody", "a@b"], "subject": ["Hello", "hello", ""],
    "body": ["See you", "see YOU", ""], "event_name": ["Sync", "sync"], "participant_email": ["MIA.lund@tide.com", "mia.lund@tide.com"],
    "event_start": ["2023-12-05 10:00:00", "2023-12-05 10:00", "soon", "2023-13-01 10:00:00"], "duration": ["30", "0", "half", " 45 ", 30],
    "time_min": ["2023-11-02", "", None], "time_max": ["2023-11-04", "2023-11-30", None],
    "value_to_plot": ["total_visits", "visits_direct", "money"], "plot_type": ["bar", "line", "pie"],
    "traffic_source": ["direct", "referral", None], "task_name": ["Paint", "paint hull", "New task"],
    "assigned_to_email": ["mia.lund@tide.com", "OMAR.berg@tide.com", "zoe@tide.com", "bad"],
    "list_name": ["Backlog", "backlog", "Completed"], "due_date": ["2023-12-10", "2023-12"], "board": ["Design", "design", "Back end"],
    "customer_name": ["Ida", "Ed Moe"], "customer_email": ["ida@voss.org", "ED@moe.org", None], "customer_phone": ["555", None],
    "last_contact_date": ["2023-11-30", None], "product_interest": ["Software", "Boats"], "status": ["Lead", "won", "Won"],
    "notes": ["Ok", "", None], "follow_up_by": ["2023-12-12", None], "last_contact_date_min": ["2023-10-10", None],
    "last_contact_date_max": ["2023-11-10", None], "follow_up_by_min": ["2023-12-05", None], "follow_up_by_max": ["2023-12-05", None],
    "field": ["subject", "event_name", "duration", "event_start", "participant_email", "list_name", "board", "status", "assigned_to_email",
              "product_interest", "notes", "task_name", "email_id", "colour"],
    "new_value": ["Hello", "30", "2023-12-07 09:00:00", "Completed", "Design", "Won", "MIA.LUND@tide.com", "Software", ""],
}


def load(package):
    """NeMo-Gym's functions by name, freshly seeded with our tables, and its comparison."""
    folder = Path(tempfile.mkdtemp())
    source = Path(package) / "resources_servers/workplace_assistant"
    target = folder / "resources_servers/workplace_assistant"
    shutil.copytree(source / "workplace_assistant_tools", target / "workplace_assistant_tools")
    shutil.copy(source / "utils.py", target / "utils.py")
    for place in (target, OUT / "tables"):
        for name, text in TABLES.items():
            path = place / ("csv_data" if place == target else "") / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    sys.path.insert(0, str(folder))
    from resources_servers.workplace_assistant import utils

    return utils


utils = load(sys.argv[1])
TOOLKITS = ["email", "calendar", "analytics", "project_management", "customer_relationship_manager"]
SCHEMAS = {schema["name"]: schema["parameters"] for schema in utils.get_tools(TOOLKITS)["schemas"]}
rng = random.Random(7)


def draw_call():
    name = rng.choice(sorted(SCHEMAS))
    required = SCHEMAS[name]["required"]
    names = [n for n in SCHEMAS[name]["properties"] if (n in required and rng.random() > 0.03) or (n not in required and rng.random() < 0.4)]
    arguments = {n: rng.choice(VALUES[n][: None if rng.random() < 0.4 else 2]) for n in names}
    if rng.random() < 0.03:
        arguments["colour"] = "red"
    return {"name": name, "arguments": arguments}


def run(calls):
    environment = utils.get_tools(TOOLKITS)
    functions = environment["functions"]
    visits = environment["containers"]["analytics"]._analytics_data
    seconds = visits["session_duration_seconds"].copy()
    answers = []
    for call in calls:
        try:
            output = functions[call["name"]](**call["arguments"])
            answers.append(json.dumps(output) if isinstance(output, (dict, list)) else str(output))
        except Exception:
            answers.append(None)
        # An average over all days turns this column into numbers there, which later look-ups show; ours leaves it as text.
        visits["session_duration_seconds"] = seconds
    return answers


def wire(calls):
    return [{"name": call["name"], "arguments": json.dumps(call["arguments"])} for call in calls]


def writes(calls):
    return [call for call in calls if not any(part in call["name"] for part in ("search", "get_", "count", "find"))]


episodes, pairs = [], []
for _ in range(220):
    episodes.append([draw_call() for _ in range(rng.randint(1, 5))])
for i, calls in enumerate(episodes):
    others = (list(reversed(calls)), writes(calls), calls[:-1], calls + calls[-1:])
    pairs.append((calls, others[i % len(others)]))
data = {
    "versions": ["nemo-gym 0.4.0", f"pandas {importlib.metadata.version('pandas')}"],
    "episodes": [{"calls": calls, "answers": run(calls)} for calls in episodes],
    "pairs": [{"calls": a, "solution": b, "solved": bool(utils.is_correct(wire(a), wire(b), None))} for a, b in pairs],
}
(OUT / "episodes.json").write_text(json.dumps(data) + "\n")
print(len(data["episodes"]), "episodes,", len(data["pairs"]), "pairs,", sum(p["solved"] for p in data["pairs"]), "solved")
