"""`python -m deploy.ready PORT`: ends well if the service on that port is ready."""

import sys
from urllib.error import URLError
from urllib.request import urlopen

TIMEOUT_SECONDS = 5


def is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=TIMEOUT_SECONDS) as response:
            return bool(response.status == 200)
    except URLError:
        return False


if __name__ == "__main__":
    sys.exit(not is_ready(int(sys.argv[1])))
