"""HTML built from elements; text is escaped."""

from html import escape

_VOID = {"meta"}


class Html(str):
    """Markup that is already escaped."""

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
    """PARTS joined; plain strings are escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
