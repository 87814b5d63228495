"use strict";
(() => {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);
  button.hidden = false;
  name();

  const value = (row, at) => row.cells[at].textContent.trim();
  const number = (text) => {
    const found = /^([+-]?[\d,]*\.?\d+(?:e[+-]?\d+)?)(?: %| .*)?$/.exec(text);
    return found ? parseFloat(found[1].replaceAll(",", "")) : NaN;
  };
  for (const table of document.querySelectorAll("table")) {
    const body = table.tBodies[0];
    if (body.rows.length < 2) continue;
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, at) => {
      const control = document.createElement("button");
      control.type = "button";
      control.textContent = head.textContent;
      head.replaceChildren(control);
      control.addEventListener("click", () => {
        const numeric = head.classList.contains("n");
        const before = head.getAttribute("aria-sort");
        const order = before ? (before === "ascending" ? "descending" : "ascending") : (numeric ? "descending" : "ascending");
        const sign = order === "ascending" ? 1 : -1;
        const rows = [...body.rows].map((row) => ({ row, text: value(row, at), key: number(value(row, at)) }));
        rows.sort((a, b) => {
          if (!numeric) return sign * a.text.localeCompare(b.text, "en", { numeric: true });
          if (isNaN(a.key) || isNaN(b.key)) return isNaN(a.key) - isNaN(b.key);
          return sign * (a.key - b.key);
        });
        body.append(...rows.map((one) => one.row));
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
      });
    });
  }
})();
