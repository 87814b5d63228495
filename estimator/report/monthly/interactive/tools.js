"use strict";
// Search, sort, group and sliders: the report's page and the widget of notebooks run this one file.
const make = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  return made;
};

// numbers as the report prints them: the rules of estimator/figures.py and estimator/report/columns.py
// [digits, exponent] of a size without the last digits of sums; beyond 1e9 twelve would take from the cents
const decimal = (size) => {
  const [mantissa, exponent] = (size < 1e9 ? size.toExponential(11) : size.toExponential()).split("e");
  return [mantissa.replace(".", "").replace(/0+$/, "") || "0", Number(exponent)];
};
// as toFixed; but a half falls to the even digit, and thousands have a comma
const fixed = (value, digits) => {
  const [figures, exponent] = decimal(Math.abs(value));
  const shift = exponent - (figures.length - 1) + digits;
  const unit = 10n ** BigInt(Math.max(-shift, 0));
  const exact = BigInt(figures) * 10n ** BigInt(Math.max(shift, 0));
  const twice = 2n * (exact % unit);
  const even = exact / unit;
  const rounded = even + (twice > unit || (twice === unit && even % 2n) ? 1n : 0n);
  const text = rounded.toString().padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replace(/(?=(\d{3})+$)\B/g, ",");
  return (value < 0 && rounded ? "-" : "") + whole + (digits ? `.${text.slice(-digits)}` : "");
};
const NOISE = 1e-12;
// decimals of an amount alone: cents from one unit on, below it four digits unless it needs fewer
const decimalsOfMoney = (value) => {
  const size = Math.abs(value);
  if (size < NOISE || size >= 1) return 2;
  const [figures, exponent] = decimal(size);
  const four = 3 - exponent;
  return Number(fixed(size, four)) >= 1 ? 2 : Math.max(2, Math.min(figures.length - 1 - exponent, four));
};
// decimals of requests alone: whole from a thousand on, below it four digits
const decimalsOfCount = (value) => {
  const size = Math.abs(value);
  if (size < NOISE || size >= 1000) return 0;
  const [mantissa, exponent] = size.toExponential(3).split("e");
  return Math.max(0, mantissa.replace(/\.?0+$/, "").replace(".", "").length - 1 - Number(exponent));
};
// decimals of a column; what is too small for them reads as less than they show, never as nothing
const LEAST_SHOWN = 0.5e-9;
const decimalsOfColumn = (values, isMoney) => {
  const sizes = values.map(Math.abs).filter((size) => size >= LEAST_SHOWN);
  const [fewest, unit, alone] = isMoney ? [2, 1, decimalsOfMoney] : [0, 1000, decimalsOfCount];
  if (!sizes.length) return fewest;
  const printed = values.reduce((most, value) => Math.max(most, alone(value)), 0);
  const [least, most] = [Math.min, Math.max].map((end) => sizes.reduce((a, b) => end(a, b)));
  let digits = Math.min(most >= unit ? fewest : 3 - Math.floor(Math.log10(most)), printed);
  if (!isMoney && least < 10 ** -digits) digits = Math.min(-Math.floor(Math.log10(least)), printed);
  return Math.min(Math.max(digits, fewest), 9);
};
const inColumn = (value, digits) => {
  const text = fixed(value, digits);
  if (Math.abs(value) < LEAST_SHOWN || /[1-9]/.test(text)) return text;
  return `${value < 0 ? ">-" : "<"}${(10 ** -digits).toFixed(digits)}`;
};
const money = (value) => fixed(value, decimalsOfMoney(value));
// a difference has cents where the amount beside it has
const moneyLike = (value, beside) => (Math.abs(beside) >= 1 ? inColumn(value, 2) : money(value));
// heads of tables sort: numbers from the largest, words by the alphabet, a second click turns it
const sortable = (head, sort) => {
  const control = make("button", head.textContent);
  control.type = "button";
  head.replaceChildren(control);
  control.addEventListener("click", () => {
    const numeric = head.classList.contains("n");
    const now = head.getAttribute("aria-sort");
    const order = now ? (now === "ascending" ? "descending" : "ascending") : (numeric ? "descending" : "ascending");
    for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    sort(numeric, order === "ascending" ? 1 : -1);
  });
};
const compare = (a, b, numeric, sign) => {
  if (!numeric) return sign * a.localeCompare(b, "en", { numeric: true });
  if (isNaN(a) || isNaN(b)) return isNaN(a) - isNaN(b);
  return sign * (a - b);
};

// `root`: the document, or the shadow root that has the markup; `data`: what `tool_data` returns;
// `changed` is called with the state of the sliders. Returns what sets them.
const mountTools = (root, data, changed = () => {}) => {
  const find = (id) => root.getElementById(id);

  // every account
  const cells = (line) => {
    const found = [];
    line.replace(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g, (_, quoted, plain) => {
      found.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
      return "";
    });
    return found;
  };
  const [header, ...rows] = data.csv.trimEnd().split("\n").map(cells);
  const words = header.length - 3;
  for (const row of rows) for (let at = words; at < row.length; at += 1) row[at] = parseFloat(row[at]);
  const groups = data.groups;
  const MOST = 2000;
  const TOP = 500;
  const chooser = find("a-group");
  const search = find("a-search");
  const table = find("a-table");
  const names = ["account", ...header.slice(2, words), ...Object.keys(groups)];
  for (const name of names) chooser.append(make("option", name));
  const grouped = (at) => {
    const sums = new Map();
    for (const row of rows) {
      const key = row[at] || "(none)";
      const sum = sums.get(key) || [key, 0, 0, 0];
      for (let place = 1; place < 4; place += 1) sum[place] += row[words + place - 1];
      sums.set(key, sum);
    }
    return [...sums.values()].sort((a, b) => b[1] - a[1]);
  };
  const note = find("a-note").textContent;
  let entries = [];
  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const size = entries.length && entries[0].length - 3;
    const met = wanted ? entries.filter((row) => row.slice(0, size).some((word) => word.toLowerCase().includes(wanted))) : entries;
    const shown = met.length > MOST ? met.slice(0, TOP) : met;
    const sum = (list, label) => [label, ...Array(Math.max(size - 1, 0)).fill(""), ...[0, 1, 2].map((at) => list.reduce((total, row) => total + row[size + at], 0))];
    const sums = [];
    if (met.length > shown.length) sums.push(sum(met.slice(TOP), `${fixed(met.length - TOP, 0)} more`));
    if (met.length) sums.push(sum(met, "total"));
    const digits = [0, 1, 2].map((at) => decimalsOfColumn([...shown, ...sums].map((row) => row[size + at]), at !== 1));
    const body = document.createDocumentFragment();
    const line = (row, head) => {
      const made = make("tr");
      row.forEach((value, at) => {
        const text = typeof value !== "number" ? value : inColumn(value, digits[at - size]);
        const cell = make(at ? "td" : "th", text, typeof value === "number" ? "n" : "");
        if (!at) cell.scope = "row";
        else cell.dataset.h = table.tHead.rows[0].cells[at].textContent;
        made.append(cell);
      });
      if (head) made.className = "sum";
      return made;
    };
    for (const row of shown) body.append(line(row));
    for (const row of sums) body.append(line(row, true));
    table.tBodies[0].replaceChildren(body);
    const noun = chooser.value === "account" ? "accounts" : "groups";
    find("a-count").textContent = `${fixed(met.length, 0)} of ${fixed(entries.length, 0)} ${noun}${met.length > shown.length ? `; the ${TOP} most expensive are shown, the CSV has all` : ""}.`;
  };
  const choose = () => {
    const name = chooser.value;
    find("a-note").textContent = data.notes[name] || note;
    const heads = name === "account" ? header : [name, ...header.slice(words)];
    entries = name === "account" ? rows.slice() : groups[name] ? groups[name].slice() : grouped(header.indexOf(name));
    const first = heads.length - 3;
    const row = table.tHead.rows[0];
    row.replaceChildren(...heads.map((head, at) => {
      const made = make("th", head, at >= first ? "n" : "");
      made.scope = "col";
      return made;
    }));
    [...row.cells].forEach((head, at) => sortable(head, (numeric, sign) => {
      entries.sort((a, b) => compare(a[at], b[at], numeric, sign));
      draw();
    }));
    draw();
  };
  chooser.addEventListener("change", choose);
  search.addEventListener("input", draw);
  find("a-save").addEventListener("click", () => {
    const link = make("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", data.csv], { type: "text/csv" }));
    link.download = "accounts.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  find("accounts").hidden = false;
  // a table of thousands is made when somebody looks at it
  find("accounts").querySelector("details").addEventListener("toggle", choose, { once: true });

  // what if: the same sums as estimator/report/monthly/interactive/what_if.py describes
  const model = data.what_if;
  if (!model) return (value) => value;
  const [files, gets, keys, writes] = ["w-files", "w-gets", "w-keys", "w-writes"].map(find);
  for (const name of model.bucket_keys) keys.append(make("option", name));
  const costOfMeans = (f, g, state, charged) => {
    const quantities = model.lines.map((line) => {
      if (line[3] && !charged) return 0;
      const [constant, byFiles, byGets, byBoth] = line.slice(4 + 4 * state, 8 + 4 * state);
      return constant + byFiles * f + byGets * g + byBoth * f * g;
    });
    const pooled = model.pools.map(() => 0);
    model.lines.forEach((line, at) => { if (line[1] >= 0) pooled[line[1]] += quantities[at]; });
    const months = model.months.map(() => 0);
    model.lines.forEach((line, at) => {
      const free = line[1] < 0 || !pooled[line[1]] ? 0 : Math.min(1, model.pools[line[1]][1] / pooled[line[1]]);
      months[line[0]] += quantities[at] * (1 - free) * line[2];
    });
    return months;
  };
  // it begins with the forecast, and moves as the cost of the means does
  const scales = [false, true].map((charged) => costOfMeans(1, 1, 0, charged).map((cost, at) => {
    const begin = model.begin[Number(charged)][at];
    return cost > 0 ? [begin / cost, 0] : [1, begin];
  }));
  const costs = (f, g, state, charged) => costOfMeans(f, g, state, charged).map((cost, at) => {
    const [times, plus] = scales[Number(charged)][at];
    return cost * times + plus;
  });
  const sum = (months) => months.reduce((total, cost) => total + cost, 0);
  const base = costs(1, 1, 0, model.charged);
  const times = (value) => `× ${Number(value).toFixed(2)}`;
  const difference = (now, before) => {
    const more = now - before;
    // sums of many lines differ by such a share from what they are on paper
    if (Math.abs(more) <= 1e-9 * Math.max(Math.abs(now), Math.abs(before), 1)) return "no difference";
    const size = moneyLike(Math.abs(more), before);
    return size.startsWith("<") ? `<${more > 0 ? "+" : "−"}${size.slice(1)}` : `${more > 0 ? "+" : "−"}${size}`;
  };
  const update = () => {
    find("w-files-o").textContent = times(files.value);
    find("w-gets-o").textContent = times(gets.value);
    const at = (charged) => costs(Number(files.value), Number(gets.value), keys.selectedIndex, charged);
    const [now, other] = [at(writes.checked), at(!writes.checked)];
    const last = model.months.length - 1;
    const span = last ? `${model.months[0]} to ${model.months[last]}` : model.months[0];
    const line = (name, months, compared) => {
      const made = make("p");
      made.append(`${name}: ${data.unit} `, make("strong", money(sum(months))));
      made.append(compared ? ` (${difference(sum(months), sum(compared))} to the forecast)` : "");
      return made;
    };
    const lines = [line(span, now, base)];
    if (last) lines.unshift(line(model.months[0], now.slice(0, 1), base.slice(0, 1)));
    lines.push(line(`${span}, if AWS ${writes.checked ? "does not charge" : "charges"} CloudTrail's own writes`, other));
    find("w-out").replaceChildren(...lines);
  };
  const state = () => ({ files: Number(files.value), gets: Number(gets.value), bucket_keys: keys.value, charged: writes.checked });
  const set = (value) => {
    files.value = value.files;
    gets.value = value.gets;
    keys.value = value.bucket_keys;
    writes.checked = value.charged;
    update();
  };
  const asForecast = { files: 1, gets: 1, bucket_keys: model.bucket_keys[0], charged: model.charged };
  for (const control of [files, gets, keys, writes]) control.addEventListener("input", () => { update(); changed(state()); });
  find("w-reset").addEventListener("click", () => { set(asForecast); changed(state()); });
  set(asForecast);
  find("what-if").hidden = false;
  // a slider has steps: what was set is not always what it shows
  return (value) => { set(value); return state(); };
};
