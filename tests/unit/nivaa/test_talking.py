"""The bot's dialogue in a terminal, the command as a shell runs it: piped, and typed at a prompt. What is said is on
record in tests/services/bot/conversations."""

import os
import pty
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nivaa.__main__ import command_line
from tests.unit.nivaa.test_command_line import ENVIRONMENT, NIVAA

TALK = (*NIVAA, "bot", "talk", "--as", "coordinator:someone", "--language", "hi")
PIPED = """\
मैं आपके लिए क्या कर सकता हूँ
/lowpackages – समाप्त होने वाले पैकेज
/language – अंग्रेज़ी या हिन्दी
/help – यह सूची
/stop – इस चैट को अलग करें

> /lowpackages
किसी परिवार के सत्र समाप्त नहीं हो रहे हैं।

> /language
मैं किस भाषा में बात करूँ?
[1] English   [2] हिन्दी

> 1
(I speak English now.)
I speak English now.

> /mypay
/mypay is for tutors.

"""


def test_what_is_piped_in_is_answered_line_by_line(tmp_path: Path) -> None:
    asked = "/lowpackages\n/language\n1\n/mypay"
    done = subprocess.run(TALK, cwd=tmp_path, env=ENVIRONMENT, input=asked, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (PIPED, "", 0)


def test_at_a_prompt_it_waits_for_what_is_typed_and_stop_ends_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(TALK, cwd=tmp_path, env=ENVIRONMENT, stdin=theirs, stdout=theirs, stderr=theirs) as talking:
        os.close(theirs)
        assert "/stop" in _until_prompt(ours)
        os.write(ours, b"/mypay\n")
        assert "/mypay शिक्षकों के लिए है।" in _until_prompt(ours)
        os.write(ours, b"/stop\n")
        assert talking.wait() == 0
    os.close(ours)


def _until_prompt(terminal: int) -> str:
    written = b""
    while not written.endswith(b"> "):
        written += os.read(terminal, 4096)
    return written.decode()


@pytest.mark.parametrize("who", ["student:1", "tutor:made-up", "parent"])
def test_somebody_who_cannot_be_is_named(tmp_path: Path, who: str) -> None:
    arguments = ["bot", "talk", "--as", who, "--data-dir", str(tmp_path)]
    refused = CliRunner().invoke(command_line(arguments), arguments)
    assert refused.exit_code == 2
    assert who.rpartition(":")[2] in refused.stderr
    assert refused.stdout == ""
