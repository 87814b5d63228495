(() => {
  const root = document.documentElement;
  const find = (id) => document.getElementById(id);

  // light and dark
  const theme = find("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  dark.addEventListener("change", nameTheme);
  theme.hidden = false;
  nameTheme();

  // folded parts: all at once, and all on paper
  const parts = [...document.querySelectorAll("details")];
  const fold = find("fold");
  const all = fold.firstElementChild;
  const nameFold = () => { all.textContent = parts.every((part) => part.open) ? "Close all parts" : "Open all parts"; };
  all.addEventListener("click", () => {
    const open = !parts.every((part) => part.open);
    for (const part of parts) part.open = open;
    nameFold();
  });
  for (const part of parts) part.addEventListener("toggle", nameFold);
  fold.hidden = false;
  let before = [];
  addEventListener("beforeprint", () => {
    before = parts.map((part) => part.open);
    for (const part of parts) if (!part.closest(".tool")) part.open = true;
  });
  addEventListener("afterprint", () => { parts.forEach((part, at) => { part.open = before[at]; }); });

  // tables of the report
  const number = (text) => {
    const found = /^[<>]?([+-]?[\d,]*\.?\d+)(?: %| .*)?$/.exec(text);
    return found ? parseFloat(found[1].replaceAll(",", "")) : NaN;
  };
  for (const table of document.querySelectorAll(".sheet table")) {
    const body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, at) => head.tagName === "TH" && sortable(head, (numeric, sign) => {
      const rows = [...body.rows].map((row) => {
        const text = row.cells[at].textContent.trim();
        return { row, key: numeric ? number(text) : text };
      });
      rows.sort((a, b) => compare(a.key, b.key, numeric, sign));
      body.append(...rows.map((entry) => entry.row));
    }));
  }

  // values of charts: under the pointer, and by the arrow keys
  const tip = find("tip");
  const hide = () => { tip.hidden = true; };
  for (const plot of document.querySelectorAll("[data-points]")) {
    const points = JSON.parse(plot.dataset.points);
    const title = plot.querySelector("figcaption").textContent;
    for (const box of plot.querySelectorAll("[data-places]")) {
      const places = JSON.parse(box.dataset.places);
      const layer = make("div", undefined, "layer");
      const mark = make("div", undefined, "mark-line");
      layer.tabIndex = 0;
      let at = 0;
      const attributes = { role: "slider", "aria-label": `Values of: ${title}`, "aria-valuemin": 0, "aria-valuemax": points.length - 1 };
      for (const [name, value] of Object.entries(attributes)) layer.setAttribute(name, value);
      const say = () => {
        layer.setAttribute("aria-valuenow", at);
        layer.setAttribute("aria-valuetext", points[at]);
      };
      const show = () => {
        say();
        mark.style.left = `${places[at] * 100}%`;
        mark.hidden = false;
        tip.textContent = points[at];
        tip.hidden = false;
        const frame = box.getBoundingClientRect();
        const room = root.clientWidth - tip.offsetWidth - 8;
        tip.style.left = `${scrollX + Math.max(8, Math.min(frame.left + places[at] * frame.width - tip.offsetWidth / 2, room))}px`;
        tip.style.top = `${scrollY + frame.bottom + 4}px`;
      };
      const end = () => { mark.hidden = true; hide(); };
      layer.addEventListener("pointermove", (event) => {
        const frame = box.getBoundingClientRect();
        const x = (event.clientX - frame.left) / frame.width;
        at = places.reduce((best, place, here) => (Math.abs(place - x) < Math.abs(places[best] - x) ? here : best), 0);
        show();
      });
      layer.addEventListener("pointerleave", end);
      layer.addEventListener("focus", () => { if (layer.matches(":focus-visible")) show(); });
      layer.addEventListener("blur", end);
      layer.addEventListener("keydown", (event) => {
        const steps = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: points.length - 1 };
        if (event.key === "Escape") return end();
        if (!(event.key in steps)) return;
        event.preventDefault();
        at = Math.max(0, Math.min(points.length - 1, steps[event.key]));
        show();
      });
      mark.hidden = true;
      say();
      layer.append(mark);
      box.append(layer);
    }
  }

  const json = (name) => { const held = find(`data-${name}`); return held && JSON.parse(held.textContent); };
  const csv = find("data-csv").textContent.replaceAll("&lt;", "<").replaceAll("&amp;", "&");
  mountTools(document, { csv, groups: json("groups"), notes: json("notes"), unit: json("unit"), what_if: json("what-if") });
})();
