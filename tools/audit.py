"""`python -m tools.audit`: whether anything that is pinned is known to be vulnerable, by pip-audit at OSV.

It ends with 1 when something is. Where the advisories cannot be asked, as on a machine without a way there, it says so
and lets the build go on; with AUDIT_MUST_ANSWER set it does not. AUDIT_OSV_URL names another server of that protocol.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements-dev.lock"
OSV_URL = "https://api.osv.dev/v1/query"
VULNERABLE = 1


def main(arguments: Sequence[str]) -> int:
    lock = Path(arguments[0]) if arguments else LOCK
    url = os.environ.get("AUDIT_OSV_URL") or OSV_URL
    report, trouble = _asked(lock, url)
    if report is None:
        _tell(f"{url} could not be asked: {trouble}")
        _tell(f"Nothing of {lock.name} was audited.")
        return VULNERABLE if os.environ.get("AUDIT_MUST_ANSWER") else 0
    dependencies = report["dependencies"]
    skipped = [f"{each['name']}: {each['skip_reason']}" for each in dependencies if "skip_reason" in each]
    known = [line for each in dependencies for line in _advisories(each)]
    for line in (*(f"not audited: {each}" for each in skipped), *known):
        _tell(line)
    _tell(f"{len(dependencies) - len(skipped)} packages audited, {len(skipped)} not, {len(known)} advisories.")
    return VULNERABLE if known else 0


def _asked(lock: Path, url: str) -> tuple[dict[str, Any] | None, str]:
    """pip-audit's report, or why there is none."""
    command = [sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--osv-url", url]
    command += ["--requirement", str(lock), "--disable-pip", "--no-deps"]
    command += ["--format", "json", "--progress-spinner", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours, but for the two names
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return report, ""


def _advisories(dependency: Mapping[str, Any]) -> Iterator[str]:
    for known in dependency.get("vulns", ()):
        fixed = ", ".join(known["fix_versions"]) or "no version"
        yield f"{dependency['name']} {dependency['version']}: {known['id']}, fixed in {fixed}: {known['description']}"


def _tell(line: str) -> None:
    sys.stderr.write(f"audit: {line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
