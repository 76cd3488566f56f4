"""Somebody with a browser that knows only HTML: follows links, fills in forms, keeps cookies. Needs no package."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar


@dataclass
class Form:
    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """Collects a page's forms, links and visible text."""

    def __init__(self, html: str):
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.choosing = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif self.forms and tag == "button":
            self.forms[-1].buttons.setdefault(given.get("name", ""), given.get("value", ""))
        elif self.forms:
            self.note_field(tag, given)

    def note_field(self, tag: str, given: dict[str, str]) -> None:
        values = self.forms[-1].values
        if tag == "select":
            self.choosing = given.get("name", "")
        elif tag == "option" and (self.choosing not in values or "selected" in given):
            values[self.choosing] = given.get("value", "")
        elif tag == "input" and given.get("type") in {"radio", "checkbox"}:
            if "checked" in given:
                values[given["name"]] = given.get("value", "on")
        elif tag in {"input", "textarea"} and given.get("name") and given.get("type") != "submit":
            values[given["name"]] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Visitor:
    def __init__(self, site: str):
        self.site = site
        self.at = site + "/"
        self.html = ""
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    @property
    def page(self) -> Reader:
        return Reader(self.html)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.page.words).split())

    def open(self, address: str, data: dict[str, str] | None = None) -> "Visitor":
        url = urllib.parse.urljoin(self.at, address)
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        request = urllib.request.Request(url, body, {"Referer": self.at})
        try:
            with self.opener.open(request, timeout=30) as answer:
                self.at, self.html = answer.url, answer.read().decode()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{refused.code} at {url}: {refused.read().decode()[:500]}") from None
        return self

    def follow(self, part: str) -> "Visitor":
        """The first link whose address has this part in it."""
        found = [link for link in self.page.links if part in link]
        assert found, f"no link with {part} at {self.at}: {self.page.links}"
        return self.open(found[0])

    def submit(self, having: str = "", **values: str) -> "Visitor":
        """Fill in and send the first form that has this field or button, or whose address has this part."""
        found = [form for form in self.page.forms if having in {*form.values, *form.buttons} or having in form.action]
        assert found, f"no form with {having} at {self.at}"
        return self.send(found[0], found[0].values | values)

    def press(self, name: str) -> "Visitor":
        """The first button of this name."""
        form = next((form for form in self.page.forms if name in form.buttons), None)
        assert form, f"no button {name} at {self.at}: {self.text}"
        return self.send(form, form.values | {name: form.buttons[name]})

    def send(self, form: Form, values: dict[str, str]) -> "Visitor":
        address = form.action or self.at
        if form.method == "get":
            return self.open(f"{address}?{urllib.parse.urlencode(values)}")
        return self.open(address, values)
