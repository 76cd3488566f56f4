// Draws the picture of each table from the table that stands below it. It knows no numbers of its own: without this script,
// and for those who do not see the picture, the table says the same. Series differ by pattern, dash and shape, not by colour alone.
(() => {
  "use strict";
  const SHAPES = ["circle", "rect", "triangle", "rectRot", "cross", "star"];
  const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3], [4, 4], [1, 4]];
  const PAPER = ["#000", "#666", "#333", "#888", "#444", "#999"];
  let drawn = [];

  const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function colours(onPaper) {
    if (onPaper) return { ink: "#000", quiet: "#333", line: "#bbb", ground: "#fff", series: PAPER };
    return {
      ink: variable("--body-fg"), quiet: variable("--body-quiet-color"), line: variable("--hairline-color"),
      ground: variable("--body-bg"), series: SHAPES.map((_, at) => variable(`--series-${at + 1}`)),
    };
  }

  // The first series is plain; each other has its own pattern on the ground.
  function filled(at, colour, ground) {
    if (at === 0) return colour;
    const size = 8, tile = document.createElement("canvas"), pen = tile.getContext("2d");
    tile.width = tile.height = size;
    pen.fillStyle = ground;
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = 2;
    const stroke = (...points) => { pen.beginPath(); points.forEach(([x, y], i) => (i % 2 ? pen.lineTo(x, y) : pen.moveTo(x, y))); pen.stroke(); };
    const patterns = [
      () => stroke([-1, size + 1], [size + 1, -1], [-1, 1], [1, -1], [size - 1, size + 1], [size + 1, size - 1]),
      () => { pen.beginPath(); pen.arc(size / 2, size / 2, 2, 0, 7); pen.fill(); },
      () => stroke([0, size / 2], [size, size / 2]),
      () => stroke([size / 2, 0], [size / 2, size]),
      () => stroke([0, size / 2], [size, size / 2], [size / 2, 0], [size / 2, size]),
    ];
    patterns[(at - 1) % patterns.length]();
    return pen.createPattern(tile, "repeat");
  }

  // What a table holds: the names along one column, and each column of numbers with its words.
  function read(canvas) {
    const table = document.getElementById(canvas.dataset.table);
    const heads = [...table.tHead.rows[0].cells], rows = [...table.tBodies[0].rows];
    const place = (key) => heads.findIndex((head) => head.dataset.key === key);
    const words = (cell) => (cell.querySelector("span") || cell).textContent.trim();
    const along = place(canvas.dataset.along);
    return {
      names: rows.map((row) => words(row.cells[along])),
      series: canvas.dataset.of.split(" ").map((key) => {
        const at = place(key);
        return {
          label: words(heads[at]), axis: heads[at].dataset.axis, said: rows.map((row) => words(row.cells[at])),
          numbers: rows.map((row) => (row.cells[at].dataset.plain === "" ? null : Number(row.cells[at].dataset.plain))),
        };
      }),
    };
  }

  function dataset(series, at, kind, palette) {
    const colour = palette.series[at % palette.series.length];
    const shared = { label: series.label, data: series.numbers, said: series.said, borderColor: colour, borderWidth: kind === "lines" ? 2 : 1 };
    if (kind !== "lines") return { ...shared, backgroundColor: filled(at, colour, palette.ground), maxBarThickness: 42 };
    return { ...shared, borderDash: DASHES[at % DASHES.length], pointStyle: SHAPES[at % SHAPES.length], pointRadius: series.numbers.length > 40 ? 0 : 4, pointBackgroundColor: palette.ground, spanGaps: false };
  }

  function scales(series, kind, lies, palette) {
    const numbers = {
      beginAtZero: true, stacked: kind === "stacked", grid: { color: palette.line }, ticks: { color: palette.quiet, precision: 0 },
      title: { display: Boolean(series[0].axis), text: series[0].axis, color: palette.quiet },
    };
    const names = { stacked: kind === "stacked", grid: { display: false }, ticks: { color: palette.quiet, autoSkip: !lies, maxRotation: 60 } };
    const other = series.find((each) => each.axis !== series[0].axis);
    const found = lies ? { x: numbers, y: names } : { x: names, y: numbers };
    if (other) found[lies ? "x2" : "y2"] = { ...numbers, position: lies ? "top" : "right", grid: { display: false }, title: { display: Boolean(other.axis), text: other.axis, color: palette.quiet } };
    return found;
  }

  function draw(canvas, palette) {
    const { names, series } = read(canvas), kind = canvas.dataset.chart, lies = Boolean(canvas.closest(".is-lying"));
    const datasets = series.map((each, at) => {
      const own = each.axis === series[0].axis ? {} : lies ? { xAxisID: "x2" } : { yAxisID: "y2" };
      return { ...dataset(each, at, kind, palette), ...own };
    });
    return new Chart(canvas, {
      type: kind === "lines" ? "line" : "bar",
      data: { labels: names, datasets },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, indexAxis: lies ? "y" : "x",
        interaction: { mode: "index", axis: lies ? "y" : "x", intersect: false },
        scales: scales(series, kind, lies, palette),
        plugins: {
          legend: { display: datasets.length > 1, position: "bottom", labels: { color: palette.ink, usePointStyle: kind === "lines", boxWidth: 28 } },
          tooltip: { callbacks: { label: (item) => `${item.dataset.label}: ${item.dataset.said[item.dataIndex]}` } },
        },
      },
    });
  }

  function drawAll(onPaper) {
    drawn.forEach((chart) => chart.destroy());
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.font.size = 13;
    const palette = colours(onPaper);
    drawn = [...document.querySelectorAll("canvas[data-chart]")].map((canvas) => draw(canvas, palette));
    document.documentElement.dataset.drawn = drawn.length;
  }

  const paper = matchMedia("print");
  const again = () => drawAll(paper.matches);
  paper.addEventListener("change", again);
  addEventListener("beforeprint", () => drawAll(true));
  addEventListener("afterprint", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  again();
})();
