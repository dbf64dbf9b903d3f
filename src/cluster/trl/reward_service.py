"""The reward service as `train_trl.py` asks it: again while that can help, and never a reward that it did not give."""

import json
import os
import time
import urllib.error
import urllib.request



class RewardService:
    """`m2rl rewards` at an address; the end token in a text tells it whether the model stopped."""

    def __init__(self, url, tries=6):
        self.url, self.tries = url.rstrip("/"), tries

    def post(self, path, body):
        """The answer to a request, as JSON; a service that fails or is away for a while is waited for."""
        headers = {"content-type": "application/json"}
        if "M2RL_TOKEN" in os.environ:
            headers["authorization"] = "Bearer " + os.environ["M2RL_TOKEN"]
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        for attempt in range(self.tries):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.load(answer)
            except (OSError, ValueError) as error:
                # 422: the label is no task, which another try does not change.
                if getattr(error, "code", 0) == 422:
                    raise SystemExit(f"train_trl: a label is no task: {error.read().decode()[:300]}")
                if attempt == self.tries - 1:
                    raise SystemExit(f"train_trl: rewards at {self.url} must answer, got {error} {self.tries} times")
                time.sleep(2**attempt)
