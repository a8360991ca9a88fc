// Comforts only: without them the panels still open, and the contents still lead everywhere.
(() => {
  const popovers = "popover" in HTMLElement.prototype;
  const named = (link) => decodeURIComponent((link.hash || location.hash).slice(1));
  const panel = (id) => document.getElementById(id)?.closest(".gv-panel");

  // A link to a figure opens its panel, from another page as from this one.
  const follow = () => popovers && location.hash && panel(named(location))?.showPopover();
  addEventListener("hashchange", follow);
  follow();

  let pressed;
  document.addEventListener("pointerdown", (event) => { pressed = event.clientX; });
  document.addEventListener("click", (event) => {
    const figure = event.target.closest(".gv-fig");
    const link = event.target.closest(".gv-narrow a");
    // A drag over a figure selects it and opens nothing.
    const dragged = event.detail && Math.abs(event.clientX - pressed) > 4;
    if (figure && dragged && !getSelection().isCollapsed) return event.preventDefault();
    if (figure?.href && popovers) {
      event.preventDefault();
      // Named as its source, a panel follows its figure in the order of the keyboard.
      panel(named(figure))?.showPopover({ source: figure });
    } else if (figure && !popovers) {
      // A browser from before popovers shows the panels in the annex.
      location.hash = figure.getAttribute("popovertarget") ?? figure.hash;
    }
    // On a phone the contents get out of the way, and come back when asked for.
    if (link) document.getElementById("目录").open = link.matches(".gv-to-contents");
  });

  // A spreadsheet takes a copied table's figures for numbers, not for buttons or links.
  document.addEventListener("copy", (event) => {
    const chosen = getSelection();
    if (chosen.isCollapsed || event.target.matches("input, textarea")) return;
    const copied = document.createElement("div");
    for (let i = 0; i < chosen.rangeCount; i++) copied.append(chosen.getRangeAt(i).cloneContents());
    if (!copied.querySelector("tr .gv-fig")) return;
    for (const it of copied.querySelectorAll(".gv-sr, .gv-download, .gv-panel, style")) it.remove();
    for (const it of copied.querySelectorAll("button, a")) it.replaceWith(...it.childNodes);
    event.clipboardData.setData("text/html", copied.innerHTML);
    event.clipboardData.setData("text/plain", String(chosen));
    event.preventDefault();
  });

  // An opened panel is where reading goes on; closed, it leads back to where it was opened.
  const openers = new Map();
  document.addEventListener("beforetoggle", ({ target, newState }) => {
    if (newState === "open") openers.set(target, document.activeElement);
  }, true);
  document.addEventListener("toggle", ({ target, newState }) => {
    if (!target.matches(".gv-panel")) return;
    if (newState === "open") target.focus();
    else if (document.activeElement === document.body || target.contains(document.activeElement))
      openers.get(target)?.focus({ preventScroll: true });
  }, true);

  // On a phone the way back to the contents covers nothing while one reads on downwards.
  const back = document.querySelector(".gv-to-contents");
  let last = scrollY;
  if (back) addEventListener("scroll", () => {
    if (Math.abs(scrollY - last) > 8) back.classList.toggle("gv-away", scrollY > last);
    last = scrollY;
  }, { passive: true });

  // The contents show where one is.
  const contents = document.querySelector(".gv-wide");
  if (!contents) return;
  const places = [...contents.querySelectorAll("a")].map((a) => [a, document.getElementById(named(a))]);
  let current, waiting;
  const mark = () => {
    waiting = false;
    const [link] = places.findLast(([, heading]) => heading.getBoundingClientRect().top < 120) ?? [];
    if (link === current) return;
    current?.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "location");
    current = link;
    if (link && contents.scrollHeight > contents.clientHeight)
      contents.scrollTop = link.offsetTop - contents.clientHeight / 2;
  };
  addEventListener("scroll", () => { waiting ||= !!requestAnimationFrame(mark); }, { passive: true });
  mark();
})();
