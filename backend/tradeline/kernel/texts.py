"""What people write into a request."""

from __future__ import annotations

from tradeline.kernel.errors import InvalidValue, Path, Problem


def judge_length(text: str, path: Path, *, least: int = 0, most: int) -> list[Problem]:
    """The faults of a text, called by the last name on its path: it has to say so much, for which
    blanks around it do not count, and is no longer than what is kept."""
    if least <= len(text.strip()) and len(text) <= most and "\0" not in text:
        return []
    return [
        InvalidValue(
            path=path,
            field=next(str(step) for step in reversed(path) if isinstance(step, str)),
            rule=f"write {f'{least} to' if least else 'at most'} {most} characters",
            rule_zh=f"请填写 {least} 至 {most} 个字符" if least else f"最多 {most} 个字符",
        )
    ]
