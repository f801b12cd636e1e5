"""Tells which subdistrict a sheet without such a column is about: by its name, its title, or headings between rows."""

import re
import unicodedata

_NAME = r"(?:.{1,8}?(?:街道办事处|街道办|街道)|.{2,8}?(?:区域服务中心|镇))"
_NAMED = re.compile(rf"{_NAME}|.{{2,12}}(?:中心|乡)")
_TITLED = re.compile(
    rf"(?:\D{{1,8}}?(?:自治区|省|市|区|县|旗))*({_NAME})"
    r"(?=$|\(|社区|各|所辖|辖区|20|户|人口|基本|情况|统计|台账|居委)"
)
_NUMBERED = re.compile(r"^(\((?:\d{1,2}|[一二三四五六七八九十]+)\)|(?:\d{1,2}|[一二三四五六七八九十]+)[、.])(?=\D)")
_LABEL = re.compile(r"^[^:]{0,12}(?:单位|街道|街镇|乡镇|镇)[^:]{0,6}:")
_NO_NAME = re.compile(r"乡镇|镇街|街镇|^各|所有|全部|全区|全市|全旗|全县|社区|^本|:")
"""What speaks of subdistricts but is not one of them."""


def named_subdistrict(name: str) -> str:
    """Give the subdistrict that a sheet's or file's name is, "" where it does not look like one.

    >>> named_subdistrict("大召街道"), named_subdistrict("裕隆区域服务中心"), named_subdistrict("Sheet1")
    ('大召街道', '裕隆区域服务中心', '')
    >>> named_subdistrict("玉泉区长和廊街道"), named_subdistrict("社区服务中心"), named_subdistrict("一、大召街道")
    ('长和廊街道', '', '大召街道')
    """
    bare = _bare(name)
    if not _NAMED.fullmatch(bare) or _NO_NAME.search(bare):
        return ""
    return titled_subdistrict(bare) or bare


def titled_subdistrict(text: str) -> str:
    """Give the subdistrict that a title row names, "" where it names none.

    >>> titled_subdistrict("大召街道社区基本情况表"), titled_subdistrict("玉泉区大召街道办事处2026年户数统计表")
    ('大召街道', '大召街道办事处')
    >>> titled_subdistrict("填表单位:小黑河镇"), titled_subdistrict("玉泉区各街道社区情况表")
    ('小黑河镇', '')
    """
    found = _TITLED.match(_LABEL.sub("", _bare(text)))
    return found[1] if found and not _NO_NAME.search(found[1]) else ""


def _bare(text: str) -> str:
    return _NUMBERED.sub("", re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)))
