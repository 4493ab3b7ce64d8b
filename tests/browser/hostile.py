"""A roadmap in the scripts of the world: marks at the end of titles from right to left, no spaces, one endless word."""

from __future__ import annotations

from typing import Any

ARABIC, HEBREW, MIXED = "تعلّم الآلة من الصفر!", "למידת מכונה:", "مقدّمة في Python!"
CHINESE = "使用現代框架與雲端服務建置、部署並監控機器學習系統"
THAI = "การเรียนรู้ของเครื่องสำหรับผู้เริ่มต้นที่ไม่เคยเขียนโปรแกรม"
ENDLESS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesell"
TITLES = (ARABIC, CHINESE, THAI, ENDLESS, HEBREW, MIXED)


def _milestone(index: int, title: str) -> dict[str, Any]:
    return {
        "slug": f"m{index}",
        "stage": f"s{index % 2}",
        "title": title,
        "kind": "degree" if index == 0 else "skill-technical",
        "summary": f"{title} {ARABIC}",
        "why": title,
        "done_when": title,
        "notes": title,
        "effort_hours": {"low": 4, "likely": 8, "high": 12, "basis": title},
        "prerequisites": [f"m{index - 2}"] if index in {4, 5} else [],
        "steps": [{"slug": "a", "title": title, "hours": 4}, {"slug": "b", "title": f"2. {title}", "hours": 4}],
        "resources": [{"title": title, "url": f"https://example.org/{index}", "kind": "docs", "free": True}],
        "sources": ["guide"],
    }


def hostile() -> dict[str, Any]:
    """Return the document, one that may be published."""
    return {
        "format": 1,
        "slug": "world",
        "title": ARABIC,
        "summary": f"{HEBREW} {CHINESE}",
        "sources": [{"slug": "guide", "title": HEBREW, "publisher": ARABIC, "url": "https://example.org/guide"}],
        "stages": [
            {"slug": "s0", "title": ARABIC, "summary": THAI},
            {"slug": "s1", "title": ENDLESS, "summary": HEBREW},
        ],
        "groups": [
            {"slug": "g", "title": HEBREW, "note": ARABIC, "members": ["m0", "m2"], "default": "m0"},
        ],
        "milestones": [_milestone(index, title) for index, title in enumerate(TITLES)],
        "credentials": [
            {
                "slug": "c",
                "name": ARABIC,
                "issuer": HEBREW,
                "status": "retired",
                "as_of": "2026-11-22",
                "detail": ARABIC,
                "milestone": "m1",
            }
        ],
        "facts": [
            {
                "slug": "f",
                "milestone": "m1",
                "claim": ARABIC,
                "value": 5,
                "unit": HEBREW,
                "region": ARABIC,
                "publisher": HEBREW,
                "verdict": "stands",
                "note": ARABIC,
            }
        ],
        "trace": [{"id": "t", "source": "guide", "quote": ARABIC, "kind": "advice", "milestone": "m1"}],
    }
