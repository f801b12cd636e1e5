"""Finds the encoding of texts that a file does not tell, or tells wrongly: UTF-8, GB18030, or what the file says.

Texts come as they lie in the file, one character for each byte (Latin-1), so that nothing is lost before the encoding
is known. Chinese files say too little (no .cpg), or what was true before a program saved them anew.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

GB, UTF = "gb18030", "utf-8"
_GB_NAMES = {"936", "gbk", "gb2312", "gb18030", "euccn", "cp936", "chinese", "windows936", "xgbk", "ms936", "dos936"}
_UTF_NAMES = {"utf8", "65001", "cp65001", "unicode"}
_EAST_ASIAN = {"big5", "cp950", "big5hkscs", "cp932", "shift_jis", "euc_jp", "euc_kr", "cp949"}
_OF_BYTE = {0x4D: GB, 0x7A: GB, 0x4F: "cp950", 0x78: "cp950", 0x7B: "cp932", 0x79: "cp949"}
_USUAL_SHARE = 0.9
"""Share of characters that belong to GB 2312 in any Chinese text; accented Latin letters misread hardly ever do."""


@dataclass(frozen=True)
class Raw:
    """Texts of one column as bytes (Latin-1). `width`: bytes that a value may have at most, 0 where there is no limit;
    a value that fills it may end within a character."""

    values: Sequence[str]
    width: int = 0


@dataclass(frozen=True)
class Text:
    """The same texts decoded. `cut`: positions whose last character was cut off; `broken`: positions that do not fit
    the encoding and hold � instead."""

    values: list[str]
    cut: list[int]
    broken: list[int]


def said_by_name(name: str) -> str:
    """Codec that the content of a .cpg file or a code page of CAD means; "" where it says none.

    >>> said_by_name("936"), said_by_name("ANSI 936"), said_by_name("UTF-8"), said_by_name("OEM")
    ('gb18030', 'gb18030', 'utf-8', '')
    """
    bare = re.sub(r"[^0-9a-z]+", "", name.lower())
    bare = re.sub(r"^(ansi|oem)(?=\d)", "", bare)
    if bare in _GB_NAMES | _UTF_NAMES:
        return GB if bare in _GB_NAMES else UTF
    for spelling in (name.strip(), f"iso{bare}", f"cp{bare}"):
        try:
            return codecs.lookup(spelling).name
        except (LookupError, ValueError):
            continue
    return ""


def said_by_byte(mark: int) -> str:
    """Codec that the language byte of a .dbf (byte 29) means; most values mean only "as on this computer": ""."""
    return _OF_BYTE.get(mark, "")


def decoded(raw: Raw, encoding: str) -> Text:
    """Decode the texts of a column; bytes of a character cut off at the full width are left out."""
    if not raw.values:
        return Text([], [], [])
    whole = "\0".join(raw.values).encode("latin-1")
    try:
        return Text(whole.decode(encoding).split("\0"), [], [])
    except UnicodeDecodeError:
        pass
    values: list[str] = []
    cut, broken = [], []
    for position, value in enumerate(raw.values):
        text, state = _one(value.encode("latin-1"), encoding, raw.width)
        values.append(text)
        cut += [position] if state == "cut" else []
        broken += [position] if state == "broken" else []
    return Text(values, cut, broken)


def _one(value: bytes, encoding: str, width: int) -> tuple[str, str]:
    """Decode one value; say "cut" or "broken" where it is so."""
    try:
        return value.decode(encoding), ""
    except UnicodeDecodeError:
        pass
    if width and len(value) >= width:
        try:
            return codecs.getincrementaldecoder(encoding)().decode(value, False), "cut"
        except UnicodeDecodeError:
            pass
    return value.decode(encoding, "replace"), "broken"


def _fits(columns: Sequence[Raw], encoding: str) -> bool:
    """Tell whether every text fits; stops at the first that does not."""
    for raw in columns:
        try:
            "\0".join(raw.values).encode("latin-1").decode(encoding)
        except UnicodeDecodeError:
            parts = (_one(value.encode("latin-1"), encoding, raw.width) for value in raw.values)
            if any(state == "broken" for _, state in parts):
                return False
    return True


def encoding_of(columns: Sequence[Raw], said: str) -> str:
    """Choose the encoding of a file by its texts: UTF-8 if every byte fits, else GB18030, else what the file says.

    What the file says goes before GB18030 where it names another script that fits as well: all of an East Asian one,
    others where what GB18030 makes of the texts is no usual Chinese. Where nothing fits, the one with fewest misfits.
    """
    columns = [raw for raw in columns if not all(value.isascii() for value in raw.values)]
    if not columns:
        return said or UTF
    if _fits(columns, UTF) and not (said == GB and _fits(columns, GB) and not _has_chinese(columns)):
        return UTF
    other = said not in ("", GB, UTF) and _fits(columns, said)
    if other and (said in _EAST_ASIAN or not _fits(columns, GB) or not _is_usual_chinese(columns)):
        return said
    if _fits(columns, GB):
        return GB
    return min((UTF, GB), key=lambda encoding: sum(len(decoded(raw, encoding).broken) for raw in columns))


def _has_chinese(columns: Sequence[Raw]) -> bool:
    return any(
        "\u3400" <= letter <= "\u9fff" for raw in columns for text in decoded(raw, UTF).values for letter in text
    )


def _is_usual_chinese(columns: Sequence[Raw]) -> bool:
    """Tell whether nearly all letters beyond ASCII, read as GB18030, are characters of GB 2312."""
    letters = [letter for raw in columns for letter in "".join(decoded(raw, GB).values[:10_000]) if ord(letter) > 127]
    usual = "".join(letters).encode("gb2312", "ignore").decode("gb2312")
    return len(usual) >= _USUAL_SHARE * len(letters)


def of_document(content: bytes, said: str = "") -> str:
    """Encoding of a whole document (KML, GeoJSON, DXF): UTF-8, GB18030, else what it says; "" where nothing fits."""
    for encoding in dict.fromkeys((UTF, GB, said)):
        try:
            content.decode(encoding or UTF)
        except UnicodeDecodeError:
            continue
        return encoding
    return ""
