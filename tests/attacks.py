"""Texts that attack whoever shows them: one table for every writer and every place in which a text is anybody's."""

ATTACKS: dict[str, str] = {
    "formula": "=1+1",
    "function": "@SUM(A1)",
    "command": "-1+cmd|' /C calc'!A0",
    "plus": "+1",
    "tab first": "\t=1+1",
    "return first": "\r=1+1",
    "full-width formula": "＝1+1",
    "full-width plus": "＋1",
    "full-width minus": "－1",
    "full-width at": "＠SUM(A1)",
    "outside the basic plane": "𠮷野家",
    "a name of 300 characters": "寿限無" * 100,
    "lines": "甲山\nx.csv:3: 偽の行\r\n太郎",
    "line separators": "甲\u2028山\u2029太\x85郎\x0b\x0c",
    "turned around": "甲山\u202e郎太\u202c",
    "isolated": "\u2066甲山\u2069\u200f\u061c",
    "not seen": "甲\u200b山\ufeff",
    "byte order mark first": "\ufeff=1+1",
    "control characters": "\x00\x01\x07\x08\x1f\x7f\x9b甲",
    "screen": "\x1b[31m甲\x1b[2J\x1b]0;題\x07",
    "half a pair": "甲\udc00山\ud800",
    "no character": "甲\ufffe\uffff",
    "markup": "<b>&amp;</b>]]><!--",
    "quotes and commas": '"甲","山";\'乙\'',
    "template": "{{7*7}}${7*7}%s{0}{name}",
    "statement": "'; DROP TABLE entry; --",
    "name of a sheet": ":\\/?*[]'",
    "escape of a workbook": "_x0041__x005F_x000D_",
    "page codes": '&P&"Arial"&9&D',
    "rich text": "[red]甲[/red][link=x]",
}

# What acts on a screen, turns a line around, or is not seen; line feeds apart, which end lines.
ACTS = {chr(code) for code in (*range(10), *range(11, 32), *range(0x7F, 0xA0), 0x61C, *range(0x200B, 0x2010))} | {
    chr(code) for code in (*range(0x2028, 0x202F), *range(0x2060, 0x2070), *range(0xD800, 0xE000), 0xFEFF, 0xFFFE)
}
