"""HTML, put together from elements: what is text is escaped, so that no value can be markup."""

from html import escape

_VOID = {"meta"}


class Html(str):
    """Markup that needs no escaping any more."""

    __slots__ = ()


def element(name: str, /, *inside: str, **attributes: str) -> Html:
    """An element; a plain str in it is text. `class_` stands for class, `data_x` for data-x."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    end = "" if name in _VOID else f"</{name}>"
    return Html(f"<{name}{given}>{joined(*inside)}{end}")


def joined(*parts: str) -> Html:
    """PARTS one after the other."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
