// A printed figure is text besides being a button: on the page, in JupyterLab and in VS Code.
(() => {
  if (window.govnbFigures) return;
  window.govnbFigures = true;

  // A drag over a figure selects it and opens nothing.
  let pressed;
  document.addEventListener("pointerdown", (event) => { pressed = event.clientX; }, true);
  document.addEventListener("click", (event) => {
    const dragged = event.detail && Math.abs(event.clientX - pressed) > 4;
    if (!dragged || getSelection().isCollapsed || !event.target.closest?.(".gv-fig")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // A spreadsheet takes a copied table's figures for numbers, not for buttons or links.
  const copied = (range) => {
    let piece = range.cloneContents();
    // Rows alone are no table yet.
    for (let at = range.commonAncestorContainer; at.closest?.("table"); at = at.parentElement) {
      const around = at.cloneNode();
      around.append(piece);
      piece = around;
    }
    return piece;
  };
  document.addEventListener("copy", (event) => {
    const chosen = getSelection();
    if (chosen.isCollapsed || event.target.matches?.("input, textarea")) return;
    const all = document.createElement("div");
    for (let i = 0; i < chosen.rangeCount; i++) all.append(copied(chosen.getRangeAt(i)));
    if (!all.querySelector("tr .gv-fig")) return;
    for (const it of all.querySelectorAll(".gv-sr, .gv-download, .gv-panel, style, script")) it.remove();
    for (const it of all.querySelectorAll("button, a")) it.replaceWith(...it.childNodes);
    event.clipboardData.setData("text/html", all.innerHTML);
    // Laid out, cells are told apart by tabs.
    document.body.append(all);
    event.clipboardData.setData("text/plain", all.innerText);
    all.remove();
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
})();
