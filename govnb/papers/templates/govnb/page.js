// Comforts only: without them the panels still open, and the contents still lead everywhere.
(() => {
  const popovers = "popover" in HTMLElement.prototype;
  const named = (link) => decodeURIComponent((link.hash || location.hash).slice(1));
  const panel = (id) => document.getElementById(id)?.closest(".gv-panel");

  // A link to a figure opens its panel, from another page as from this one.
  const follow = () => popovers && location.hash && panel(named(location))?.showPopover();
  addEventListener("hashchange", follow);
  follow();

  document.addEventListener("click", (event) => {
    const figure = event.target.closest(".gv-fig");
    const link = event.target.closest(".gv-narrow a");
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
