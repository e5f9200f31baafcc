"""What the checks need to know of C++ text, by its braces alone: where functions are, and what is only text."""
import re

# What hides braces, in the order in which C++ recognises it.
HIDDEN = re.compile(
    r"""//(?:\\\n|[^\n])*                                # comments
      | /\*.*?\*/
      | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"      # raw strings
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'               # characters, but no digit separators
      | ^[ \t]*\#(?:\\\n|[^\n])*                          # preprocessor lines
    """, re.VERBOSE | re.DOTALL | re.MULTILINE)
ATTRIBUTE = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)|\b(noexcept|requires)\s*\((?:[^()]|\([^()]*\))*\)", re.DOTALL)
SCOPE = re.compile(r"^\s*(inline\s+|export\s+)?(namespace|class|struct|union|enum|extern)\b[^()]*$")
CONSTRUCTOR_LIST = re.compile(r"\)[\w\s]*(?<!:):(?!:)")
LAMBDA = re.compile(r"\[[^\[\]]*\]\s*(\((?:[^()]|\([^()]*\))*\))?[\w\s:<>&*,-]*$")
NAME = re.compile(r"((?:operator\s*[^\s\w]+|operator\s+\w+|~?\w+)(?:::(?:operator\s*[^\s\w]+|~?\w+))*)\s*$")


def blank(text):
    """The text with everything that can hide braces replaced by spaces; lines stay where they are."""
    return HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def plain(head):
    """A declaration's head without attributes and template parameters."""
    head = ATTRIBUTE.sub(" ", head)
    while match := re.search(r"\btemplate\s*<", head):
        at, depth = match.end(), 1
        while at < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[:match.start()] + " " + head[at:]
    return head


def kind(head):
    """What a brace after `head` (what stands since the last `;` or brace) opens at namespace or class scope: "scope",
    "function", "member" (its initialiser before a constructor's body) or "initialiser"."""
    head = plain(head)
    if SCOPE.match(head):
        return "scope"
    before = re.sub(r"operator\s*\S+?(?=\s*\()|operator\s*\(\s*\)", "", head).split("(")[0]
    if "(" not in head or "=" in before:
        return "initialiser"
    if CONSTRUCTOR_LIST.search(head) and re.search(r"[\w>]\s*$", head):
        return "member"
    return "function"


def functions(text):
    """Yields (name, first line, lines) of each function and of each lambda in an initialiser in C++ text; what is
    nested in a function counts with it."""
    text = blank(text)
    open_braces = []  # of each: (kind, name, where its head begins)
    head_start = 0
    for match in re.finditer(r"[{};]", text):
        sign, at = match[0], match.start()
        outer = open_braces[-1][0] if open_braces else "scope"
        if sign == "{":
            head = text[head_start:at]
            start = head_start + len(head) - len(head.lstrip())
            what = kind(head) if outer == "scope" else "inner"
            if outer == "initialiser":
                what = "function" if LAMBDA.search(text[max(0, at - 400):at]) else "initialiser"
                open_braces.append((what, "lambda", at))
            else:
                name = NAME.search(plain(head).split("(")[0]) if what == "function" else None
                open_braces.append((what, name[1] if name else "function", start))
            if what == "scope":
                head_start = at + 1
        elif sign == "}" and open_braces:
            what, name, start = open_braces.pop()
            if what == "function":
                first = text.count("\n", 0, start) + 1
                yield name, first, text.count("\n", 0, at) + 2 - first
            if what in ("scope", "function") and (not open_braces or open_braces[-1][0] == "scope"):
                head_start = at + 1
        elif sign == ";" and outer == "scope":
            head_start = at + 1
