"""`tradeline doctor`."""

import asyncio
import os
from collections.abc import Mapping

import asyncpg
import click
from rich.table import Table
from rich.text import Text

from tradeline.kernel import SESSION_SETTINGS, Locale
from tradeline_server.cli._terminal import console, print_json
from tradeline_server.doctor import Report, examine
from tradeline_server.embedded import database_server
from tradeline_server.errors import CommandError
from tradeline_server.settings import load_settings

LANGUAGES = {"zh": Locale.ZH, "en": Locale.EN}
WORDS = {
    Locale.ZH: {
        "check": "检查项",
        "result": "结果",
        "first": "首个异常",
        "ok": "正常",
        "bad": "{count} 处异常",
        "events": "待送达事件 {count} 条",
        "obligations": "待过账往来款 {count} 笔",
        "under_way": "进行中：{parts}。",
        "seconds": "用时 {seconds:.1f} 秒。",
        "failed": "异常数据 {rows} 行，涉及检查 {checks} 项。",
    },
    Locale.EN: {
        "check": "Check",
        "result": "Result",
        "first": "First bad row",
        "ok": "ok",
        "bad": "{count} bad",
        "events": "{count} events to deliver",
        "obligations": "{count} obligations to post",
        "under_way": "Under way: {parts}.",
        "seconds": "It took {seconds:.1f} s.",
        "failed": "Bad rows: {rows}, in checks: {checks}.",
    },
}


class UnhealthyDatabase(CommandError):
    """The examination found something; what it is has been printed."""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
@click.option(
    "--lang", type=click.Choice(sorted(LANGUAGES)), help="By default the language of the shell."
)
def command(as_json: bool, lang: str | None) -> None:
    """Check every invariant of the database; name the first row that breaks one.

    Reads only, on one snapshot: it may run at any time. Ends with 1 if anything is wrong.
    """
    locale = LANGUAGES[lang] if lang else shell_locale(os.environ)
    report = asyncio.run(_examine())
    if as_json:
        print_json(report.as_json(locale))
    else:
        _show(report, locale)
    if report.violations:
        broken = sum(finding.count > 0 for finding in report.findings)
        failed = WORDS[locale]["failed"].format(rows=report.violations, checks=broken)
        raise UnhealthyDatabase(failed)


def shell_locale(environment: Mapping[str, str]) -> Locale:
    """The first that is set decides, as POSIX has it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return Locale.ZH if value.lower().startswith("zh") else Locale.EN
    return Locale.EN


async def _examine() -> Report:
    async with database_server(load_settings()) as dsn:
        conn = await asyncpg.connect(dsn, server_settings=SESSION_SETTINGS)
        try:
            return await examine(conn)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError) as error:
            raise CommandError(
                "The database lacks tables of this version: run `tradeline migrate` first."
            ) from error
        finally:
            await conn.close()


def _show(report: Report, locale: Locale) -> None:
    words = WORDS[locale]
    table = Table(words["check"], words["result"], words["first"])
    for finding in report.findings:
        bad = words["bad"].format(count=finding.count)
        table.add_row(
            finding.invariant.title(locale),
            Text(bad, style="bold red") if finding.count else Text(words["ok"], style="green"),
            Text(finding.message(locale)),
        )
    console.print(table)
    parts = [words[name].format(count=count) for name, count in report.under_way.items() if count]
    if parts:
        console.print(words["under_way"].format(parts=", ".join(parts)))
    console.print(words["seconds"].format(seconds=report.seconds), style="dim")
