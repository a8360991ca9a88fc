// Without this script the page is a plain table; with it, rows are found and sorted.
(() => {
  "use strict";
  const table = document.getElementById("departments");
  const body = table.tBodies[0];
  const all = Array.from(body.rows);
  const words = document.getElementById("words");
  const status = document.getElementById("status");
  const shown = document.getElementById("shown");
  const order = ["未能生成", "有错误", "资料不足", "通过"];
  const text = new Map(), states = new Map();
  const told = (row, i) => row.cells[i].textContent.trim();
  for (const row of all) {
    text.set(row, row.textContent.toLowerCase());
    states.set(row, row.cells[1].firstElementChild.textContent);
  }

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of all) {
      const fits = (!status.value || states.get(row) === status.value)
        && wanted.every((word) => text.get(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      count += fits;
    }
    shown.textContent = count === all.length ? `共 ${count} 个部门` : `${count} / ${all.length} 个部门`;
  };
  let waiting;
  words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
  status.addEventListener("change", filter);
  words.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  words.form.hidden = false;

  const collator = new Intl.Collator("zh-CN", { numeric: true });
  const grades = ["优", "良", "中", "差"];
  // By the best grade it may be, then by the worst: 优, 优—良, 优—中, 良 …; others by name.
  const grade = (text) => {
    const at = text.split("—").map((word) => grades.indexOf(word));
    return text && !at.includes(-1) ? at[0] * 10 + at[at.length - 1] : null;
  };
  const ranked = all.some((row) => grade(told(row, 7)) !== null);
  const value = (row, i, number) => {
    if (i === 1) return order.indexOf(states.get(row));
    if (i === 7 && ranked) return grade(told(row, i));
    if (!number) return told(row, i);
    const found = parseFloat(told(row, i));
    return Number.isNaN(found) ? null : found;
  };
  const sort = (head, i) => {
    const amount = head.classList.contains("n");
    const number = amount || i === 1 || (i === 7 && ranked);
    // Numbers are first looked at from the top: what is large is what matters.
    const first = amount ? "descending" : "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const way = head.getAttribute("aria-sort") === first ? other : first;
    const sign = way === "ascending" ? 1 : -1;
    const keys = new Map(all.map((row) => [row, value(row, i, number)]));
    all.sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (number ? x - y : collator.compare(x, y));
    });
    for (const cell of table.tHead.rows[0].cells) cell.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way);
    body.replaceChildren(...all);
  };
  Array.from(table.tHead.rows[0].cells).forEach((head, i) => {
    if ("fixed" in head.dataset) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(head, i));
  });
})();
