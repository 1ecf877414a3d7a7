/* Drawings of tables. A figure names its table; each row's head is a place on the axis, its last cell the value. */
(() => {
  "use strict";

  const FORCED = window.matchMedia("(forced-colors: active)");
  const DARK = window.matchMedia("(prefers-color-scheme: dark)");
  const drawn = new Map();

  /* The tokens hold light-dark(); only an element's computed color says which half is meant. */
  function color(token) {
    const probe = document.createElement("span");
    probe.style.color = `var(${token})`;
    document.body.append(probe);
    const resolved = window.getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  }

  const faint = (solid) => solid.replace(/^rgb\((.*)\)$/, "rgba($1, .09)");

  function read(figure) {
    const rows = [...document.getElementById(figure.dataset.draws).querySelectorAll("tbody tr")];
    const last = (row) => row.lastElementChild;
    return {
      labels: rows.map((row) => row.firstElementChild.textContent.trim()),
      values: rows.map((row) => (last(row).dataset.value === "" ? null : Number(last(row).dataset.value))),
      words: rows.map((row) => last(row).textContent.trim()),
      marks: rows.map((row) => "marked" in row.dataset),
    };
  }

  const write = (context, words, x, y, ink, align) => {
    context.save();
    context.fillStyle = ink;
    context.font = `600 12px ${window.Chart.defaults.font.family}`;
    context.textAlign = align;
    context.fillText(words, x, y);
    context.restore();
  };

  function line(table, figure, inks) {
    const limit = Number(figure.dataset.limit);
    const newest = table.values.findLastIndex((value) => value !== null);
    const written = {
      id: "written",
      afterDatasetsDraw({ ctx, chartArea, scales }) {
        write(ctx, figure.dataset.limitWords, chartArea.left + 4, scales.y.getPixelForValue(limit) - 6, inks.danger, "left");
        if (newest < 0) return;
        const [x, y] = [scales.x.getPixelForValue(newest), scales.y.getPixelForValue(table.values[newest])];
        write(ctx, table.words[newest], x, y - 12, inks.ink, "right");
      },
    };
    const rate = {
      data: table.values, borderColor: inks.accent, backgroundColor: faint(inks.accent), fill: true, borderWidth: 2.5,
      pointRadius: table.values.map((_, place) => (place === newest ? 5 : 0)), pointBackgroundColor: inks.accent, clip: false,
    };
    const limits = {
      data: table.values.map(() => limit), borderColor: inks.danger, borderWidth: 1.5, borderDash: [6, 4], pointRadius: 0, pointHitRadius: 0,
    };
    return { type: "line", datasets: [rate, limits], plugins: [written], most: limit * 1.2, unit: "%" };
  }

  function bar(table, figure, inks) {
    const written = {
      id: "written",
      afterDatasetsDraw({ ctx, scales }) {
        if (table.values.length > 31) return;
        table.values.forEach((value, place) => {
          if (value) write(ctx, String(value), scales.x.getPixelForValue(place), scales.y.getPixelForValue(value) - 5, inks.ink, "center");
        });
      },
    };
    const counts = {
      data: table.values, backgroundColor: table.marks.map((marked) => (marked ? inks.ask : inks.accent)), borderRadius: 3, maxBarThickness: 36,
    };
    return { type: "bar", datasets: [counts], plugins: [written], most: 4, unit: "" };
  }

  function draw(figure) {
    const inks = { accent: color("--accent"), danger: color("--danger"), ask: color("--ask-line"), ink: color("--ink"), soft: color("--ink-2"), line: color("--line") };
    const table = read(figure);
    const made = (figure.dataset.kind === "line" ? line : bar)(table, figure, inks);
    if (drawn.has(figure)) drawn.get(figure).destroy();
    figure.hidden = false;
    drawn.set(figure, new window.Chart(figure.querySelector("canvas"), {
      type: made.type,
      data: { labels: table.labels, datasets: made.datasets },
      plugins: made.plugins,
      options: {
        animation: false,
        maintainAspectRatio: false,
        layout: { padding: { top: 18, right: 8 } },
        plugins: {
          legend: { display: false },
          tooltip: { filter: (item) => item.datasetIndex === 0, callbacks: { label: (item) => table.words[item.dataIndex] } },
        },
        scales: {
          x: { grid: { display: false }, border: { color: inks.line }, ticks: { color: inks.soft, maxRotation: 0, autoSkipPadding: 24 } },
          y: { beginAtZero: true, suggestedMax: made.most, grid: { color: inks.line }, border: { display: false }, ticks: { color: inks.soft, precision: 0, maxTicksLimit: 6, callback: (value) => `${value}${made.unit}` } },
        },
      },
    }));
  }

  const figures = [...document.querySelectorAll("[data-draws]")];
  const drawAll = () => figures.forEach(draw);
  if (!figures.length || !window.Chart) return;
  window.Chart.defaults.font.family = window.getComputedStyle(document.body).fontFamily;
  drawAll();
  [DARK, FORCED].forEach((query) => query.addEventListener("change", drawAll));
  document.querySelectorAll("details[data-folds]").forEach((details) => { details.open = false; });
})();
