"""The page in the portal's place while there is no portal: it needs no script and no other file."""

from __future__ import annotations

from html import escape
from typing import Final

from tradeline.kernel import Locale

TEXTS: Final = {
    ("building", Locale.EN): (
        "The portal is being built",
        "The first time this takes a minute or two. This page then opens it by itself; "
        "the graph answers already.",
    ),
    ("building", Locale.ZH): (
        "门户正在构建",
        "首次启动需要一两分钟，完成后本页会自动打开门户。数据接口已可使用。",
    ),
    ("failed", Locale.EN): (
        "The portal could not be built",
        "Tell whoever runs this server: .tradeline/portal-build.log says why. "
        "Once that is put right, “make portal” builds it, and reloading this page opens it.",
    ),
    ("failed", Locale.ZH): (
        "门户未能构建成功",
        "请告知服务器管理员：原因见 .tradeline/portal-build.log。"
        "排除后运行 make portal 重新构建，再刷新本页即可。",
    ),
    ("absent", Locale.EN): (
        "The portal has not been built",
        "Tell whoever runs this server: in the checkout, “make portal” builds it; "
        "reloading this page then opens it. The graph answers already.",
    ),
    ("absent", Locale.ZH): (
        "门户尚未构建",
        "请告知服务器管理员：在代码目录运行 make portal 即可构建，然后刷新本页。数据接口已可使用。",
    ),
}
PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Tradeline</title>
<style>
body {{ margin: 0; font: 1rem/1.6 system-ui, sans-serif; color: #1f1f1f; background: #fff }}
main {{ max-width: 36rem; margin: 15vh auto 0; padding: 0 1.25rem }}
h1 {{ font-size: 1.5rem; line-height: 1.3 }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p role="status">{text}</p>
</main>
</body>
</html>
"""


def waiting_page(state: str, locale: Locale) -> str:
    """HTML that says why there is no portal, and what to do."""
    title, text = TEXTS[state, locale]
    language = "zh-CN" if locale is Locale.ZH else "en"
    return PAGE.format(language=language, title=escape(title), text=escape(text))
