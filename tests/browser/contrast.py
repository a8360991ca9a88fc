"""Which of the report's words can't be read: what axe would call their contrast."""

from __future__ import annotations

from typing import Any

# Each text of ours with the colours it has and stands on; what is see-through is blended.
_SCRIPT = """() => {
  const parts = (c) => {
    const [r, g, b, a = 1] = c.match(/[\\d.]+(?:e-?\\d+)?/g).map(Number);
    return c.startsWith('color') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], ground) => [r, g, b].map((v, i) => v * a + ground[i] * (1 - a));
  const ground = (e) => !e ? [255, 255, 255]
    : over(parts(getComputedStyle(e).backgroundColor), ground(e.parentElement));
  const light = (c) => c.map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  for (const e of document.querySelectorAll('.gv-panel')) e.removeAttribute('popover');
  for (const e of document.querySelectorAll('[class^="gv-"] details, details[class^="gv-"]'))
    e.open = true;
  const bad = [];
  let count = 0;
  for (const e of document.querySelectorAll('[class^="gv-"], [class^="gv-"] *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !e.getClientRects().length || e.closest('.gv-sr, style, script')) continue;
    count++;
    const behind = ground(e);
    const [a, b] = [light(over(parts(getComputedStyle(e).color), behind)), light(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const what = `${e.className || e.tagName}: ${e.textContent.slice(0, 20)}`;
    if (ratio < 4.5) bad.push(`${what} ${ratio.toFixed(2)}`);
  }
  for (const e of document.querySelectorAll('.gv-panel')) e.setAttribute('popover', '');
  return [count, [...new Set(bad)].slice(0, 20)];
}"""


def unreadable(page: Any) -> list[str]:
    """Return the texts with a contrast below 4.5 to 1; open panels and folded parts count."""
    count, bad = page.evaluate(_SCRIPT)
    assert count > 50
    return list(bad)
