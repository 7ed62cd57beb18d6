"""What axe-core and a look at the handlers find in a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS: Final = {"serious", "critical"}

MOUSE_ONLY = """() => {
    // Svelte keeps the handlers it delegates under a symbol of the element.
    const handled = (element) => {
        const symbol = Object.getOwnPropertySymbols(element).find((one) => one.description === 'events');
        return Object.keys((symbol && element[symbol]) ?? {});
    };
    const native = 'button, a[href], input, select, textarea, summary, label, video, dialog';
    const composite = '[role=grid], [role=listbox], [role=tree], [role=menu], [role=tablist], [role=radiogroup],'
        + '[role=scrollbar], [role=slider], [role=separator], [role=toolbar], [role=dialog]';
    const parts = '[role=gridcell], [role=option], [role=treeitem], [role=menuitem], [role=menuitemcheckbox],'
        + '[role=menuitemradio], [role=tab], [role=radio]';
    return [...document.querySelectorAll('body *')].filter((element) =>
        handled(element).some((name) => ['click', 'dblclick', 'mousedown'].includes(name))
        && element.checkVisibility()
        && !element.closest(native) && !element.closest(parts) && !element.matches(composite)
        && !(element.tabIndex >= 0 && handled(element).some((name) => name.startsWith('key')))
        && element.getAttribute('aria-hidden') !== 'true' && element.getAttribute('role') !== 'presentation',
    ).map((element) => element.outerHTML.slice(0, 160));
}"""


OF_COLOURS: Final = ("color-contrast", "link-in-text-block")
"""What another theme can change."""


def found_by_axe(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """The serious and critical findings, of all rules or of these: rule, place, what to do."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    answer: dict[str, Any] = page.evaluate(
        """rules => axe.run(document, { resultTypes: ['violations'],
            ...(rules.length ? { runOnly: { type: 'rule', values: rules } } : {}) })""",
        list(rules),
    )
    return [
        f"{finding['id']}: {node['target']} {node['failureSummary']}\n  {node['html'][:200]}"
        for finding in answer["violations"]
        if finding["impact"] in SERIOUS
        for node in finding["nodes"]
    ]
