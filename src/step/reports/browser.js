"use strict";
/* The gene browser: one gene's course, forecasts, scores, place and neighbours. */

class GenePanel {
  constructor(genes, choose, unit) {
    this.genes = genes;
    this.choose = choose;
    this.unit = unit;
    this.arms = new Set(["step"]);
    this.horizon = 1;
    this.box = document.getElementById("gene-panel");
    this.chartBox = document.getElementById("gene-chart");
    this.controls();
    new ResizeObserver(() => this.resize()).observe(this.chartBox);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  controls() {
    const arms = document.getElementById("gene-arms");
    this.marks = [];
    for (const arm of this.genes.arms.filter((each) => each.horizon === 1)) {
      const label = make("label", undefined, { class: "arm" });
      const box = make("input", undefined, { type: "checkbox", value: arm.arm });
      box.checked = this.arms.has(arm.arm);
      box.addEventListener("change", () => {
        if (box.checked) this.arms.add(arm.arm);
        else this.arms.delete(arm.arm);
        this.draw();
      });
      const mark = make("span", undefined, { class: "mark" });
      this.marks.push({ mark, arm });
      label.append(box, mark, arm.label);
      arms.append(label);
    }
    const horizon = document.getElementById("gene-horizon");
    for (const arm of this.genes.arms.filter((each) => each.arm === "step")) {
      horizon.append(make("option", arm.horizon === 1 ? "1 time ahead" : `${arm.horizon} times ahead`, { value: arm.horizon }));
    }
    horizon.addEventListener("change", () => {
      this.horizon = Number(horizon.value);
      this.draw();
    });
  }

  show(gene) {
    this.gene = gene;
    const g = this.genes;
    this.box.hidden = false;
    document.getElementById("gene-name").textContent = g.genes[gene];
    const symbol = g.symbols[gene] && g.symbols[gene] !== g.genes[gene] ? `${g.symbols[gene]} · ` : "";
    document.getElementById("gene-place").textContent = symbol + this.where(gene);
    this.facts();
    this.draw();
    this.listNeighbours();
  }

  where(gene) {
    const g = this.genes;
    if (g.score("tss", gene) === null) return `no place: ${g.name("unplaced", gene)}`;
    const parts = [`${g.place(gene)} (${g.name("strand", gene) || "strand unknown"})`];
    if (g.name("compartment", gene)) parts.push(`compartment ${g.name("compartment", gene)} (E1 ${shown(g.score("eigenvector", gene), 2)})`);
    if (g.score("insulation_score", gene) !== null) parts.push(`insulation ${shown(g.score("insulation_score", gene), 2)}`);
    const boundary = g.score("tad_boundary_distance", gene);
    if (boundary !== null) parts.push(`${shown(boundary / 1e6, 2)} Mb from the next domain boundary`);
    return parts.join(" · ");
  }

  facts() {
    const g = this.genes;
    const score = (name, digits) => shown(g.score(name, this.gene), digits);
    const facts = [
      ["class", g.name("class", this.gene)],
      ["skill", `${score("skill", 3)} (q ${score("skill_q", "p")})`],
      ["mean squared error (log2²)", score("mse", 4) + (g.score("noise_floor_mse", this.gene) === null ? "" : `; noise alone leaves ${score("noise_floor_mse", 4)}`)],
      ["R²", score("r2", 3)],
      ["gain by neighbours", `${score("graph_gain", 3)} (q ${score("graph_q", "p")})`],
      ["reliability", score("reliability", 2)],
      ["leans on", g.name("leaned_on", this.gene) || "–"],
    ];
    if (g.name("flags", this.gene)) facts.push(["flags", g.name("flags", this.gene)]);
    const list = document.getElementById("gene-facts");
    list.replaceChildren(...facts.flatMap(([name, value]) => [make("dt", name), make("dd", value)]));
  }

  /* Everything that is drawn, on one axis of measured and coming times. */
  series() {
    const g = this.genes;
    const x = [...g.times, ...g.coming];
    const at = new Map(x.map((time, i) => [time, i]));
    const empty = () => new Array(x.length).fill(null);
    const spread = (targets, values) => {
      const line = empty();
      targets.forEach((time, i) => (line[at.get(time)] = values[i]));
      return line;
    };
    const mean = spread(g.times, g.row("mean", this.gene));
    const own = g.arms.find((arm) => arm.arm === "step" && arm.horizon === this.horizon) || g.arms[0];
    const made = g.forecast(own, this.gene);
    const half = g.widths(`half.${own.column}`, this.gene);
    const shifted = (values, widths, sign) => values.map((value, i) => (value === null || widths[i] === null ? null : value + sign * widths[i]));
    const next = g.row("future", this.gene);
    const nextHalf = g.widths("future.half", this.gene);
    const bound = (sign) => {
      const line = spread(own.targets, shifted(made, half, sign));
      g.coming.forEach((time, i) => (line[at.get(time)] = shifted(next, nextHalf, sign)[i]));
      return line;
    };
    const [low, high] = [bound(-1), bound(1)];
    const missed = spread(own.targets, g.outside(own, this.gene));
    const outside = mean.map((value, i) => (missed[i] ? value : null));
    return { x, mean, low, high, outside, step: spread(own.targets, made), coming: spread(g.coming, next), replicates: this.replicates(x.length), others: this.others(spread) };
  }

  replicates(length) {
    const g = this.genes;
    const mean = g.row("mean", this.gene);
    const values = g.beside("replicates", this.gene, g.samples.map((time) => mean[time]));
    const lines = [];
    const count = new Array(length).fill(0);
    g.samples.forEach((time, sample) => {
      const number = count[time]++;
      if (!lines[number]) lines[number] = new Array(length).fill(null);
      lines[number][time] = values[sample];
    });
    return lines;
  }

  others(spread) {
    const g = this.genes;
    return g.arms
      .filter((arm) => arm.arm !== "step" && this.arms.has(arm.arm))
      .map((arm) => ({ arm, line: spread(arm.targets, g.forecast(arm, this.gene)) }));
  }

  draw() {
    if (this.gene === undefined) return;
    for (const { mark, arm } of this.marks) mark.style.background = onPage(arm.colour);
    const found = this.series();
    const ink = colour("--ink");
    const grid = { stroke: colour("--line"), width: 1 };
    const values = (_, splits) => splits.map((each) => String(each).replace("-", "−"));
    const axis = { stroke: ink, grid, ticks: grid, values };
    const value = (_, number) => (number === null ? "–" : shown(number, 2));
    const points = (size, fill) => ({ show: true, size, fill, stroke: fill, width: 0 });
    const series = [{ label: `time (${this.unit})`, value: (_, number) => (number === null ? "–" : shown(number, 2)) }];
    const lines = [];
    const add = (line, options) => {
      lines.push(line);
      series.push({ value, spanGaps: false, ...options });
      return series.length - 1;
    };
    const bands = [];
    if (this.arms.has("step")) {
      const high = add(found.high, { label: "upper", class: "unlisted", stroke: "transparent", points: { show: false } });
      const low = add(found.low, { label: "lower", class: "unlisted", stroke: "transparent", points: { show: false } });
      bands.push({ series: [high, low], fill: colour("--band") });
    }
    found.replicates.forEach((line, i) => add(line, { label: "replicates (small dots)", class: i ? "unlisted" : undefined, stroke: "transparent", points: points(4, colour("--faint")) }));
    for (const { arm, line } of found.others) add(line, { label: arm.label, stroke: onPage(arm.colour), width: 1.5, points: { show: false }, spanGaps: true });
    add(found.mean, { label: "mean", stroke: ink, width: 1, points: points(6, ink), spanGaps: true });
    if (this.arms.has("step")) {
      add(found.step, { label: "STEP", stroke: colour("--step"), width: 2, points: { show: false }, spanGaps: true });
      add(found.outside, { label: "outside the interval (circled)", stroke: "transparent", points: { show: true, size: 13, stroke: colour("--surprise"), width: 2, fill: "transparent" } });
      add(found.coming, { label: "to come", stroke: colour("--surprise"), width: 1, dash: [4, 3], points: points(7, colour("--surprise")), spanGaps: true });
    }
    if (this.chart) this.chart.destroy();
    const size = this.size();
    this.chart = new uPlot({ ...size, scales: { x: { time: false } }, legend: { live: false }, cursor: { drag: { x: true, y: false } }, axes: [{ ...axis, label: `time (${this.unit})` }, { ...axis, label: "expression (log2)" }], series, bands }, [found.x, ...lines], this.chartBox);
    const outside = found.outside.filter((each) => each !== null).length;
    const scored = found.step.filter((each) => each !== null).length;
    this.chartBox.setAttribute("aria-label", `Course of ${this.genes.genes[this.gene]} and its forecasts; ${outside} of ${scored} scored times lie outside the interval.`);
    document.getElementById("gene-surprise").textContent = this.surprise(found);
  }

  surprise(found) {
    const times = found.outside.flatMap((value, i) => (value === null ? [] : [String(Number(found.x[i].toPrecision(7))).replace("-", "−")]));
    if (found.step.every((value, i) => value === null || found.mean[i] === null)) return "No time of this gene was scored.";
    return times.length ? `Outside the interval at time ${times.join(", ")} (${this.unit}), circled.` : "No scored time lies outside the interval.";
  }

  size() {
    const width = this.chartBox.clientWidth;
    return { width, height: Math.max(260, Math.min(380, width * 0.5)) };
  }

  resize() {
    if (this.chart && this.chart.width !== this.chartBox.clientWidth) this.chart.setSize(this.size());
  }

  listNeighbours() {
    const g = this.genes;
    const own = [...(g.neighbours.get(this.gene) || [])];
    own.sort((a, b) => Math.abs(g.edge("weight", b.edge)) - Math.abs(g.edge("weight", a.edge)));
    const body = document.getElementById("gene-neighbours");
    const rows = own.slice(0, NEIGHBOURS_SHOWN).map(({ other, edge, from }) => {
      const row = make("tr");
      const link = make("button", g.genes[other], { type: "button", class: "link" });
      link.addEventListener("click", () => {
        this.choose(other);
        document.getElementById("gene-name").focus({ preventScroll: true });
      });
      const name = make("th", undefined, { scope: "row" });
      name.append(link);
      const kind = g.kinds[g.columns["edge.kind"].values[edge]];
      const distance = g.edge("distance", edge);
      const course = make("canvas", undefined, { width: 180, height: 36, role: "img", "aria-label": `course of ${g.genes[other]}` });
      const cell = make("td");
      cell.append(course);
      row.append(
        name,
        make("td", kind === "regulatory" ? (from ? "regulates this gene" : "is regulated by it") : kind, { class: "text" }),
        make("td", shown(g.edge("weight", edge), 3)),
        make("td", shown(g.edge("contact", edge), 4)),
        make("td", distance === null ? "–" : `${shown(distance / 1e6, 2)} Mb`),
        cell,
        make("td", shown(correlation(g.row("mean", this.gene), g.row("mean", other)), 2)),
      );
      sketch(course, g.row("mean", other));
      return row;
    });
    body.replaceChildren(...rows);
    const left = own.length - rows.length;
    document.getElementById("gene-alone").textContent = own.length === 0 ? "This gene has no neighbours in the graph." : left > 0 ? `And ${left} more.` : "";
    document.getElementById("gene-neighbour-table").hidden = own.length === 0;
  }
}

function correlation(a, b) {
  const pairs = a.map((value, i) => [value, b[i]]).filter(([x, y]) => x !== null && y !== null);
  if (pairs.length < 3) return null;
  const mean = (k) => pairs.reduce((sum, pair) => sum + pair[k], 0) / pairs.length;
  const [mx, my] = [mean(0), mean(1)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [x, y] of pairs) {
    xy += (x - mx) * (y - my);
    xx += (x - mx) ** 2;
    yy += (y - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

function sketch(canvas, values) {
  const known = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour("--step");
  pen.lineWidth = 2;
  pen.beginPath();
  values.forEach((value, i) => {
    if (value === null) return;
    pen.lineTo(4 + (i * (canvas.width - 8)) / Math.max(1, values.length - 1), canvas.height - 4 - ((value - low) / (high - low || 1)) * (canvas.height - 8));
  });
  pen.stroke();
}

/* ---------- all genes as points ---------- */

class GenePoints {
  constructor(genes, choose) {
    this.genes = genes;
    this.choose = choose;
    this.canvas = document.getElementById("gene-points");
    this.label = document.getElementById("gene-pointed");
    this.canvas.addEventListener("click", (event) => {
      const gene = this.nearest(event);
      if (gene !== null) choose(gene);
    });
    this.canvas.addEventListener("mousemove", (event) => {
      const gene = this.nearest(event);
      this.label.textContent = gene === null ? "" : `${genes.genes[gene]}: skill ${shown(genes.score("skill", gene), 3)}, reliability ${shown(genes.score("reliability", gene), 2)}`;
    });
    new ResizeObserver(() => this.draw()).observe(this.canvas.parentElement);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  draw() {
    const ratio = devicePixelRatio || 1;
    const width = this.canvas.parentElement.clientWidth;
    const height = Math.max(220, Math.min(340, width * 0.6));
    Object.assign(this.canvas, { width: width * ratio, height: height * ratio });
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const frame = { left: 52, right: width - 10, top: 10, bottom: height - 40 };
    const x = (value) => frame.left + value * (frame.right - frame.left);
    const y = (value) => frame.bottom - ((Math.max(-0.6, Math.min(0.8, value)) + 0.6) / 1.4) * (frame.bottom - frame.top);
    this.axes(pen, frame, x, y);
    this.places = [];
    let unplotted = 0;
    for (let gene = 0; gene < this.genes.count; gene++) {
      const skill = this.genes.score("skill", gene);
      const reliability = this.genes.score("reliability", gene);
      if (skill === null || reliability === null) {
        unplotted++;
        continue;
      }
      const place = [x(reliability), y(skill), gene];
      this.places.push(place);
      const q = this.genes.score("skill_q", gene);
      pen.fillStyle = q !== null && q <= 0.05 ? colour("--step") : colour("--faint");
      pen.globalAlpha = 0.7;
      pen.beginPath();
      pen.arc(place[0], place[1], gene === this.chosen ? 7 : 3, 0, 7);
      pen.fill();
    }
    document.getElementById("gene-unplotted").textContent = unplotted ? `Without skill or reliability, and so without a point: ${unplotted} of ${this.genes.count} genes.` : "";
    pen.globalAlpha = 1;
    const chosen = this.places.find(([, , gene]) => gene === this.chosen);
    if (chosen) {
      pen.strokeStyle = colour("--surprise");
      pen.lineWidth = 2.5;
      pen.beginPath();
      pen.arc(chosen[0], chosen[1], 8, 0, 7);
      pen.stroke();
    }
  }

  axes(pen, frame, x, y) {
    pen.fillStyle = colour("--ink");
    pen.strokeStyle = colour("--line");
    pen.font = "12px system-ui, sans-serif";
    pen.lineWidth = 1;
    for (const skill of [-0.5, 0, 0.5]) {
      pen.beginPath();
      pen.moveTo(frame.left, y(skill));
      pen.lineTo(frame.right, y(skill));
      pen.stroke();
      pen.textAlign = "right";
      pen.fillText(shown(skill, 1), frame.left - 6, y(skill) + 4);
    }
    pen.textAlign = "center";
    for (const share of [0, 0.25, 0.5, 0.75, 1]) pen.fillText(String(share), Math.min(x(share), frame.right - 8), frame.bottom + 16);
    pen.fillText("reliability", (frame.left + frame.right) / 2, frame.bottom + 33);
    pen.save();
    pen.translate(14, (frame.top + frame.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText("skill", 0, 0);
    pen.restore();
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    let [best, found] = [144, null]; // at most twelve pixels away
    for (const [x, y, gene] of this.places || []) {
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance < best) [best, found] = [distance, gene];
    }
    return found;
  }

  mark(gene) {
    this.chosen = gene;
    this.draw();
  }
}

/* ---------- the page ---------- */

async function browse() {
  const holder = document.getElementById("gene-data");
  if (!holder) return;
  const genes = new Genes(await unpack(holder.textContent));
  holder.remove();
  let table, panel, points;
  const choose = (gene, quietly) => {
    panel.show(gene);
    table.mark(gene);
    points.mark(gene);
    if (!quietly) {
      history.replaceState(null, "", `#gene=${encodeURIComponent(genes.genes[gene])}`);
      panel.box.scrollIntoView({ block: "nearest" });
    }
  };
  table = new GeneTable(genes, choose);
  panel = new GenePanel(genes, choose, holder.dataset.unit);
  points = new GenePoints(genes, choose);
  const named = () => {
    try {
      return genes.number.get(decodeURIComponent((location.hash.match(/^#gene=(.*)$/) || [])[1] || ""));
    } catch {
      return undefined; // no address that a browser writes
    }
  };
  choose(named() ?? 0, true);
  if (named() !== undefined) document.getElementById("genes").scrollIntoView();
  addEventListener("hashchange", () => {
    if (named() !== undefined) choose(named());
  });
  document.documentElement.dataset.ready = "true";
}

browse().catch((error) => {
  const box = document.getElementById("gene-failed");
  box.hidden = false;
  box.textContent = `The gene browser could not start in this browser (${error.message}). The tables and figures of the page do not need it; the workbook has all genes.`;
});
