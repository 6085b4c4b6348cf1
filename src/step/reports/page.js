"use strict";
/* What a report's page does: tables to sort and save, and the gene browser. */

const ROW_HEIGHT = 30;
const NEIGHBOURS_SHOWN = 30;
const FILTERED = 10; // rows beyond which a table can be filtered

/* ---------- small things ---------- */

function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function shown(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (digits === "p") return value < 0.001 ? value.toExponential(1).replace("-", "−") : value.toFixed(3);
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* A colour that is meant for white paper, lightened where the page is dark. */
function onPage(hex) {
  const lightened = [1, 3, 5].map((at) => Math.round(0.6 * parseInt(hex.slice(at, at + 2), 16) + 0.4 * 255));
  return matchMedia("(prefers-color-scheme: dark)").matches ? `rgb(${lightened.join(", ")})` : hex;
}

function save(name, rows) {
  const cell = (value) => {
    let text = value === null || value === undefined ? "" : String(value);
    if (/^(?:[=@\t\r]|[+-](?!\d*\.?\d*(?:e[+-]?\d+)?$))/i.test(text)) text = "'" + text; // no formula for a spreadsheet
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const blob = new Blob([rows.map((row) => row.map(cell).join(",")).join("\n") + "\n"], { type: "text/csv" });
  const link = make("a", "", { href: URL.createObjectURL(blob), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

/* ---------- tables that stand in the page ---------- */

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const key = (row, column) => {
    const text = plain(row.cells[column]);
    const number = parseFloat(text);
    return text === "" ? null : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const sort = (column) => {
    const falling = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", falling ? "descending" : "ascending");
    const rows = [...body.rows].map((row) => [key(row, column), row]);
    rows.sort(([a], [b]) => compare(a, b, falling));
    rows.forEach(([, row]) => body.append(row));
  };
  heads.forEach((head, column) => {
    const button = make("button", head.textContent, { type: "button", title: head.title || "Sort by this column" });
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
  });
  const button = make("button", "Save as CSV", { type: "button", class: "save" });
  button.addEventListener("click", () => save(`${table.dataset.name || "table"}.csv`, [...table.rows].filter((row) => !row.hidden).map((row) => [...row.cells].map(plain))));
  table.parentElement.after(button);
  if (body.rows.length > FILTERED) table.parentElement.before(filter(body));
}

/* What a program can read: no unit beside a number, no typographic minus, nothing for what is missing. */
function plain(cell) {
  if (cell.tagName === "TD" && cell.title) return cell.title;
  const text = cell.textContent.trim();
  const number = text.replaceAll("−", "-").replace(/ %$/, "");
  if (text === "–") return "";
  return /^-?[\d.]+(e-?\d+)?$/.test(number) ? number : text;
}

function filter(body) {
  const box = make("input", undefined, { type: "search", class: "filter", placeholder: "Filter the rows", "aria-label": "Filter the rows of the table below" });
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of body.rows) {
      const text = [...row.cells].map((cell) => cell.title || cell.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
  return box;
}

function compare(a, b, falling) {
  if (a === null || b === null) return (a === null) - (b === null); // what is missing comes last
  const order = typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  return falling ? -order : order;
}

/* ---------- the genes' data ---------- */

const TYPES = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int32: Int32Array, float32: Float32Array, float64: Float64Array };

async function unpack(text) {
  const packed = atob(text.trim());
  const bytes = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) bytes[i] = packed.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const length = new DataView(buffer).getUint32(0, true);
  const data = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  for (const column of Object.values(data.columns)) {
    const size = column.shape.reduce((a, b) => a * b, 1);
    column.values = new TYPES[column.type](buffer, 4 + length + column.at, size);
  }
  return data;
}

class Genes {
  constructor(data) {
    Object.assign(this, data);
    this.count = data.genes.length;
    this.number = new Map(data.genes.map((gene, i) => [gene, i]));
    this.neighbours = this.listNeighbours();
  }

  listNeighbours() {
    const [first, second] = [this.columns["edge.first"].values, this.columns["edge.second"].values];
    const lists = new Map();
    for (let edge = 0; edge < first.length; edge++) {
      for (const [gene, other] of [[first[edge], second[edge]], [second[edge], first[edge]]]) {
        if (gene < 0 || other < 0) continue;
        if (!lists.has(gene)) lists.set(gene, []);
        lists.get(gene).push({ other, edge, from: gene === second[edge] });
      }
    }
    return lists;
  }

  row(name, gene) {
    const { values, shape, low, step } = this.columns[name];
    const width = shape[1];
    return Array.from(values.subarray(gene * width, (gene + 1) * width), (code) => (code === 65535 ? null : low + step * code));
  }

  widths(name, gene) {
    return this.beside(name, gene, new Array(this.columns[name].shape[1]).fill(0));
  }

  outside(arm, gene) {
    const { values, shape } = this.columns[`outside.${arm.column}`];
    return Array.from(values.subarray(gene * shape[1], (gene + 1) * shape[1]), (code) => code === 1);
  }

  beside(name, gene, around) {
    const { values, shape, parts } = this.columns[name];
    const size = this.columns[`${name}.size`].values[gene];
    return Array.from(values.subarray(gene * shape[1], (gene + 1) * shape[1]), (code, i) => (code === -128 || around[i] === null ? null : around[i] + (size * code) / parts));
  }

  /* Forecasts at an arm's targets; all but the first are kept as distances from it. */
  forecast(arm, gene) {
    const first = this.row(`forecast.${this.arms[0].column}`, gene);
    if (arm === this.arms[0]) return first;
    const at = new Map(this.arms[0].targets.map((time, i) => [time, first[i]]));
    return this.beside(`forecast.${arm.column}`, gene, arm.targets.map((time) => at.get(time) ?? null));
  }

  score(name, gene) {
    const value = this.columns[`gene.${name}`].values[gene];
    return Number.isNaN(value) ? null : value;
  }

  name(name, gene) {
    return this.named[name][this.columns[`gene.${name}`].values[gene]];
  }

  place(gene) {
    const tss = this.score("tss", gene);
    return tss === null ? this.name("unplaced", gene) : `${this.name("chrom", gene)}:${tss}`;
  }

  /* Sorts by chromosome, 2 before 10, and along it. */
  along(gene) {
    const tss = this.score("tss", gene);
    if (tss === null) return null;
    const chromosome = this.name("chrom", gene).replace(/\d+/, (digits) => digits.padStart(4, "0"));
    return `${chromosome}:${String(tss).padStart(12, "0")}`;
  }

  edge(name, edge) {
    const value = this.columns[`edge.${name}`].values[edge];
    return Number.isNaN(value) ? null : value;
  }
}

/* ---------- the table of genes: only the rows in sight are drawn ---------- */

const COLUMNS = [
  { title: "gene", text: (g, i) => g.genes[i], help: "As the study names it." },
  { title: "symbol", text: (g, i) => g.symbols[i], help: "Its symbol." },
  { title: "class", text: (g, i) => g.name("class", i), help: "Forecastable: better than the best simple forecaster at q ≤ 0.05. At the noise floor: an error of at most 1.25 times what replicate noise leaves. Level only: neither." },
  { title: "skill", score: "skill", digits: 3, help: "Share of the best simple forecaster's squared error that STEP saves; above 0 is better." },
  { title: "q", score: "skill_q", digits: "p", help: "False discovery rate of that difference over all genes (Diebold–Mariano over origins, Benjamini–Hochberg)." },
  { title: "MSE", score: "mse", digits: 4, help: "Mean squared error one time ahead, log2²." },
  { title: "noise floor", score: "noise_floor_mse", digits: 4, help: "The error that replicate noise alone leaves, log2²." },
  { title: "R²", score: "r2", digits: 3, help: "Share of the gene's variance over the scored times that the forecast explains." },
  { title: "neighbours' gain", score: "graph_gain", digits: 3, help: "Share of the error that the gene's neighbours save: against STEP without edges." },
  { title: "q of gain", score: "graph_q", digits: "p", help: "False discovery rate of the neighbours' gain." },
  { title: "reliability", score: "reliability", digits: 2, help: "Share of the gene's variance that is not replicate noise." },
  { title: "place", text: (g, i) => g.place(i), order: (g, i) => g.along(i), help: "Transcription start site, or why it has none." },
  { title: "leans on", text: (g, i) => g.name("leaned_on", i), help: "The forecaster that STEP gives most weight for this gene." },
  { title: "flags", text: (g, i) => g.name("flags", i), help: "Why the gene is hard to forecast or to place." },
];

class GeneTable {
  constructor(genes, choose) {
    this.genes = genes;
    this.choose = choose;
    this.order = Uint32Array.from({ length: genes.count }, (_, i) => i);
    this.sorted = { column: -1, falling: false };
    this.box = document.getElementById("gene-rows");
    this.body = this.box.querySelector("tbody");
    this.search = document.getElementById("gene-search");
    this.filter = document.getElementById("gene-class");
    this.texts = genes.genes.map((gene, i) => `${gene}\n${genes.symbols[i]}\n${genes.place(i)}`.toLowerCase());
    if (genes.count < 12) this.box.style.height = "auto";
    this.head();
    for (const name of genes.named.class.slice(1)) this.filter.append(make("option", name, { value: name }));
    this.box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
    this.search.addEventListener("input", () => this.find());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && this.order.length) this.choose(this.named(this.search.value) ?? this.order[0]);
    });
    this.filter.addEventListener("change", () => this.find());
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr[data-gene]");
      if (row) this.choose(Number(row.dataset.gene));
    });
    this.body.addEventListener("keydown", (event) => this.press(event));
    document.getElementById("gene-save").addEventListener("click", () => this.save());
    this.find();
  }

  /* The gene that is called exactly so, among those found. */
  named(text) {
    const typed = text.trim().toLowerCase();
    return this.order.find((i) => [this.genes.genes[i], this.genes.symbols[i]].some((name) => name.toLowerCase() === typed));
  }

  head() {
    const row = this.box.querySelector("thead tr");
    COLUMNS.forEach((column, number) => {
      const head = make("th", undefined, { scope: "col", title: column.help, class: column.score ? "" : "text" });
      const button = make("button", column.title, { type: "button", title: column.help });
      button.addEventListener("click", () => this.sort(number));
      head.append(button);
      row.append(head);
    });
  }

  sortKey(column, gene) {
    if (column.order) return column.order(this.genes, gene);
    const value = this.value(column, gene);
    return typeof value === "string" ? value.toLowerCase() : value;
  }

  value(column, gene) {
    return column.score ? this.genes.score(column.score, gene) : column.text(this.genes, gene) || null;
  }

  sort(number) {
    const falling = this.sorted.column === number ? !this.sorted.falling : Boolean(COLUMNS[number].score) && !COLUMNS[number].title.startsWith("q");
    this.sorted = { column: number, falling };
    [...this.box.querySelectorAll("th")].forEach((head, i) => {
      if (i === number) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    this.find();
  }

  find() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = this.filter.value;
    const found = [];
    for (let i = 0; i < this.genes.count; i++) {
      if (wanted && this.genes.name("class", i) !== wanted) continue;
      if (words.every((word) => this.texts[i].includes(word))) found.push(i);
    }
    if (this.sorted.column >= 0) {
      const column = COLUMNS[this.sorted.column];
      const keys = new Map(found.map((i) => [i, this.sortKey(column, i)]));
      found.sort((a, b) => compare(keys.get(a), keys.get(b), this.sorted.falling) || a - b);
    }
    this.order = found;
    document.getElementById("gene-count").textContent = `${found.length} of ${this.genes.count} genes`;
    this.box.scrollTop = 0;
    this.draw();
  }

  /* Draws the rows in sight; the one at the place reached, if given, is that which Tab leads to. */
  draw(reached) {
    const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.gene : undefined;
    const visible = Math.ceil(this.box.clientHeight / ROW_HEIGHT) + 10;
    const start = Math.max(0, Math.min(Math.floor(this.box.scrollTop / ROW_HEIGHT) - 5, this.order.length - visible));
    const end = Math.min(this.order.length, start + visible);
    const sight = this.order.slice(start, end);
    const kept = [Number(focused), this.chosen].map((gene) => sight.indexOf(gene)).find((row) => row >= 0);
    this.reached = reached ?? (kept === undefined ? Math.min(Math.ceil(this.box.scrollTop / ROW_HEIGHT), end - 1) : start + kept);
    this.box.querySelector("table").setAttribute("aria-rowcount", this.order.length + 1);
    const rows = [spacer(start)];
    sight.forEach((gene, row) => rows.push(this.line(gene, start + row)));
    rows.push(spacer(this.order.length - end));
    this.body.replaceChildren(...rows);
    if (focused !== undefined) {
      const again = this.body.querySelector(`tr[data-gene="${focused}"]`);
      if (again) again.focus({ preventScroll: true });
    }
  }

  line(gene, place) {
    const row = make("tr", undefined, { "data-gene": gene, "data-place": place, tabindex: place === this.reached ? "0" : "-1", "aria-rowindex": place + 2 });
    if (gene === this.chosen) row.setAttribute("aria-current", "true");
    COLUMNS.forEach((column, number) => {
      const value = this.value(column, gene);
      const text = column.score ? shown(value, column.digits) : value || "";
      const cell = make(number ? "td" : "th", text, { class: column.score ? "" : "text", title: column.score ? "" : text });
      if (!number) cell.setAttribute("scope", "row");
      row.append(cell);
    });
    return row;
  }

  press(event) {
    const row = event.target.closest("tr[data-gene]");
    if (!row || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(Number(row.dataset.gene));
    }
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW_HEIGHT) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, End: Infinity, Home: -Infinity };
    if (event.key in steps) {
      event.preventDefault();
      const place = Math.max(0, Math.min(this.order.length - 1, Number(row.dataset.place) + steps[event.key]));
      const top = place * ROW_HEIGHT;
      if (top < this.box.scrollTop) this.box.scrollTop = top;
      if (top + 2 * ROW_HEIGHT > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + 2 * ROW_HEIGHT - this.box.clientHeight;
      this.draw(place);
      this.body.querySelector(`tr[data-place="${place}"]`).focus({ preventScroll: true });
    }
  }

  mark(gene) {
    this.chosen = gene;
    this.draw();
  }

  save() {
    const exact = (value) => (typeof value === "number" ? Number(value.toPrecision(7)) : value); // what a score of 32 bits holds
    const rows = Array.from(this.order, (i) => COLUMNS.map((column) => exact(this.value(column, i))));
    save("genes.csv", [COLUMNS.map((column) => column.title), ...rows]);
  }
}

function spacer(rows) {
  const row = make("tr", undefined, { "aria-hidden": "true" });
  const cell = make("td", undefined, { colspan: COLUMNS.length, class: "spacer" });
  cell.style.height = `${rows * ROW_HEIGHT}px`;
  row.append(cell);
  return row;
}

document.querySelectorAll("table.sortable").forEach(sortable);
