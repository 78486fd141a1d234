"""Telegram's HTML as its reader has it: what a message says once its marks are read, and what Telegram refuses."""

from html.parser import HTMLParser

MARKS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}


class NotHtml(Exception):
    """Telegram cannot parse the entities."""


def read_html(html: str) -> str:
    """The text without its marks. Raises NotHtml for marks that Telegram does not know, or that do not close."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if reader.open_marks:
        raise NotHtml(f"can't find end tag corresponding to start tag {reader.open_marks[-1]}")
    return "".join(reader.text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.open_marks: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in MARKS:
            raise NotHtml(f'Unsupported start tag "{tag}"')
        self.open_marks.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open_marks or self.open_marks.pop() != tag:
            raise NotHtml(f'Unexpected end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        self.text.append(data)
