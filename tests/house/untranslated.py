"""Finds what people read and no translator is given: `python -m tests.house.untranslated [FILE-OR-FOLDER...]`."""

from __future__ import annotations

import ast
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

# Names, units, keys and codes that are the same in every language.
SAME_EVERYWHERE = re.compile(
    r"HematoVision|HL7|FHIR|LOINC|SNOMED(?: CT)?|UCUM|API|ORU|ORM|OML|MLLP|TLS|HTTPS?|OAuth|OIDC|SMART|JSON|CSV|PDF(?:/A)?|XML|QR|UTC|MRN|LIS"
    r"|WBC|SHA-256|DPI|µm|px|KB|MB|GB|ms|kbit/s|TOTP|URL|URI|JWKS?|JWT|IP|ID|Esc|Ctrl|Shift|Alt|Enter|Tab|Delete|Space|ISO|ECE|AUC|PSI|CPU|GPU|ResNet50"
    # attributes that a part of a tag brings
    r"|data-[\w-]+(?:=\"\")?"
)
ATTRIBUTES = frozenset(
    {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription", "label"}
)
# What a script is told to say.
SPEAKING = re.compile(
    r"data-(say|sentence|confirm|label|title|text|empty|note|hint)(-|$)|data-[a-z-]*-(sentence|words?)$"
)

BLOCK = re.compile(r"{%-?\s*(blocktrans(?:late)?)\b.*?{%-?\s*endblocktrans(?:late)?\s*-?%}", re.DOTALL)
# Classes and attributes of the page's own elements.
OF_THE_PAGE = re.compile(
    r"{%\s*block (?:page_class|body_attributes)\b.*?{%\s*endblock.*?%}|{%\s*block data\b.*?{%\s*endblock.*?%}",
    re.DOTALL,
)
COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
LITERAL = re.compile(
    r"""\|default(?:_if_none)?:("[^"]*[A-Za-z]{2}[^"]*"|'[^']*[A-Za-z]{2}[^']*')|\|(?:yesno|pluralize):("[^"]+"|'[^']+')"""
)
CODE = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)


class Found(NamedTuple):
    """Where a text is that cannot be translated."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.text}"


def _is_speech(text: str) -> bool:
    return bool(re.search(r"[A-Za-z]{2}", SAME_EVERYWHERE.sub("", re.sub(r"&\w+;", "", text))))


class _Texts(HTMLParser):
    """Collects the texts of a page: between its tags, and in the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        for name, value in attrs:
            if value and (name in ATTRIBUTES or SPEAKING.match(name) or self._is_button(tag, name, values)):
                self._keep(value)
        if tag in {"script", "style", "code", "kbd", "pre", "samp"} or "notranslate" in (values.get("class") or ""):
            self.silent.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        depth = len(self.silent)
        self.handle_starttag(tag, attrs)
        del self.silent[depth:]

    def handle_endtag(self, tag: str) -> None:
        if self.silent and self.silent[-1] == tag:
            self.silent.pop()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._keep(data)

    def _keep(self, text: str) -> None:
        if _is_speech(text):
            self.found.append((self.getpos()[0], " ".join(text.split())))

    @staticmethod
    def _is_button(tag: str, name: str, values: dict[str, str | None]) -> bool:
        return tag == "input" and name == "value" and values.get("type") in {"submit", "button", "reset"}


def _blank(found: re.Match[str]) -> str:
    """Nothing, on as many lines: what comes after keeps its place."""
    return "\n" * found[0].count("\n")


def in_template(path: Path) -> list[Found]:
    """Return the texts of a template outside `{% translate %}` and `{% blocktranslate %}`."""
    source = COMMENT.sub(_blank, path.read_text("utf-8"))
    source = OF_THE_PAGE.sub(_blank, BLOCK.sub(_blank, source))
    found = [
        (source.count("\n", 0, each.start()) + 1, each[0])
        for each in LITERAL.finditer(source)
        if _is_speech(each[1] or each[2] or "")
    ]
    plain = CODE.sub(_blank, source)
    if path.suffix == ".html":
        parser = _Texts()
        parser.feed(plain)
        found += parser.found
    else:
        found += [(number, line.strip()) for number, line in enumerate(plain.splitlines(), 1) if _is_speech(line)]
    return [Found(path, line, text) for line, text in sorted(found)]


MARKS = frozenset(
    {
        "_",
        "gettext",
        "gettext_lazy",
        "gettext_noop",
        "noop",
        "ngettext",
        "ngettext_lazy",
        "pgettext",
        "pgettext_lazy",
        "npgettext",
        "npgettext_lazy",
    }
)
# What only operators, developers and programs read.
SILENT_CALLS = re.compile(
    r"^(log|logger|_log|debug|info|warning|error|exception|critical|extend_schema\w*|OpenApi\w*|inline_serializer|print|add_argument"
    r"|add_parser|CommandError|ImproperlyConfigured|RuntimeError|ValueError|TypeError|KeyError|AssertionError|NotImplementedError|LookupError"
    r"|write|Warning|Error|compile|match|fullmatch|sub|search|bind|execute|RunSQL|Finding|SystemExit|ArgumentParser|Counter|Gauge|Histogram)$"
)
SENTENCE = re.compile(r"^[A-Z][\w',-]* .*[.?!…]$|^[A-Z][\w'-]*(?: [\w',-]+)+ [\w',.-]+$", re.DOTALL)
LABELS = frozenset(
    {
        "label",
        "verbose_name",
        "verbose_name_plural",
        "short_description",
        "description",
        "empty_label",
        "sentence",
        "title",
        "legend",
        "heading",
    }
)
# Other systems, operators and developers read these; what the health page says is for who keeps the installation.
SILENT_FOLDERS = re.compile(
    r"/(management|metrics|migrations|settings|fhir|hl7|sending|inference|admin)/|/(admin|verification|tasks|conf|checks|health)\.py$"
    r"|_schema\.py$|/demo|/integrations/(codes|mapping_rows)\.py$"
)


class _Sentences(ast.NodeVisitor):
    """Collects the strings of a module that are sentences or labels and are not marked."""

    def __init__(self, *, is_api: bool) -> None:
        self.found: list[tuple[int, str]] = []
        self.docstrings: set[int] = set()
        self.is_api = is_api

    def visit_Module(self, node: ast.Module) -> None:
        for each in ast.walk(node):
            if isinstance(each, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and each.body:
                for statement in each.body:
                    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                        self.docstrings.add(id(statement.value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        is_message = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "messages"
        if name in MARKS or (SILENT_CALLS.match(name) and not is_message):
            return
        if self.is_api:
            # The description of the API is written in one language.
            node.keywords = [
                keyword for keyword in node.keywords if keyword.arg not in {"help_text", "label", "description"}
            ]
        for keyword in node.keywords:
            text = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
            if keyword.arg in LABELS and isinstance(text, str) and _is_speech(text) and text[0].isupper():
                self.found.append((keyword.value.lineno, text))
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        is_choices = any("Choices" in ast.unparse(base) for base in node.bases)
        for statement in node.body if is_choices else []:
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Tuple) and len(value.elts) == 2 and isinstance(value.elts[1], ast.Constant):
                self.found.append((value.lineno, str(value.elts[1].value)))
        self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X1" for part in node.values)
        self._take(node, text)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and id(node) not in self.docstrings:
            self._take(node, node.value)

    def _take(self, node: ast.expr, text: str) -> None:
        entry = (node.lineno, " ".join(text.split()))
        if SENTENCE.match(text.strip()) and text.count(" ") >= 2 and entry not in self.found:
            self.found.append(entry)


def in_module(path: Path) -> list[Found]:
    """Return the sentences and labels of a Python file that are not marked for translation.

    A line that ends in `# not translated` holds what programs, operators or the record read.
    """
    source = path.read_text("utf-8")
    lines = source.splitlines()
    visitor = _Sentences(is_api="/api/" in str(path) or "/rest/" in str(path))
    visitor.visit(ast.parse(source))
    return [
        Found(path, line, text)
        for line, text in sorted(set(visitor.found))
        if "# not translated" not in lines[line - 1]
    ]


STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'])//[^\n]*", re.DOTALL)
JS_MARKED = re.compile(r"n?gettext\(\s*$|ngettext\([^)]*,\s*$")


def in_script(path: Path) -> list[Found]:
    """Return the strings of a script that people read and that are not passed to `gettext` or `ngettext`."""
    source = JS_COMMENT.sub(_blank, path.read_text("utf-8"))
    found = []
    for each in STRING.finditer(source):
        before = source[max(0, each.start() - 200) : each.start()]
        text = re.sub(r"\$\{.*?\}", "X1", each[0][1:-1])
        is_sentence = re.search(r"[A-Za-z]{2,} [a-z]{2,}", text) and re.match(r"^[A-Z]|.*[.?!]$", text)
        if is_sentence and not JS_MARKED.search(before) and not re.search(r"new \w*Error\(\s*$", before):
            found.append(Found(path, source.count("\n", 0, each.start()) + 1, text))
    return found


def files(folder: Path) -> list[Path]:
    """Return the files below `folder` in which somebody is spoken to."""
    if folder.is_file():
        return [folder]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt", ".py", ".js"}
        and not re.search(r"/(node_modules|vendor|words|__pycache__|tests)/", str(path))
        and not (path.suffix == ".py" and SILENT_FOLDERS.search(str(path)))
    ]


def untranslated(folder: Path) -> list[Found]:
    """Return all that is found below a folder."""
    look = {".html": in_template, ".txt": in_template, ".py": in_module, ".js": in_script}
    return [found for path in files(folder) for found in look[path.suffix](path)]


if __name__ == "__main__":
    lines = [str(found) for argument in sys.argv[1:] for found in untranslated(Path(argument).resolve())]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
