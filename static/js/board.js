/* The board's pictures. They only add: the table under each says the same and serves without them. Readable without colour: bars
   carry patterns and their numbers, lines their symbols and numbers. */
(() => {
  "use strict";
  const echarts = window.echarts;
  if (!echarts) return;
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drawn = [];

  const shown = (value, data) => (value === null || value === undefined || value === "-" ? "—" : data.share ? `${value}%` : value.toLocaleString());
  const axis = () => ({ axisLabel: { color: token("--ink-soft") }, axisLine: { lineStyle: { color: token("--edge") } }, splitLine: { lineStyle: { color: token("--line") } } });
  const frame = (data) => ({
    animation: !calm,
    animationDuration: 150,
    aria: { enabled: true, decal: { show: true } },
    textStyle: { fontFamily: token("--sans"), color: token("--ink") },
    tooltip: { renderMode: "richText", trigger: "axis", valueFormatter: (value) => shown(value, data) },
    grid: { left: 8, right: 24, top: 24, bottom: 8, containLabel: true },
  });
  const numbers = (data) => ({ show: true, color: token("--ink"), formatter: (point) => (point.value === null || point.value === undefined ? "" : shown(point.value, data)) });
  const scale = (data) => ({ type: "value", min: 0, max: data.share ? 100 : undefined, ...axis() });

  const months = (data) => ({
    ...frame(data),
    xAxis: { type: "category", data: data.months.map((month) => month.slice(2)), ...axis() },
    yAxis: scale(data),
    series: [{
      name: data.total.name, type: data.share ? "line" : "bar", data: data.total.values, symbol: "circle", symbolSize: 9,
      color: token("--red"), lineStyle: { width: 3 }, label: { ...numbers(data), position: "top", fontSize: 11 }, labelLayout: { hideOverlap: true },
    }],
  });
  const towns = (data) => ({
    ...frame(data),
    xAxis: scale(data),
    yAxis: { type: "category", inverse: true, data: data.towns.map((town) => town.name), ...axis() },
    series: [{ type: "bar", data: data.towns.map((town) => town.value), color: token("--info"), barMaxWidth: 18, label: { ...numbers(data), position: "right" } }],
  });

  const figure = (box, words, name) => {
    const outer = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const inner = document.createElement("div");
    caption.textContent = words;
    inner.className = name;
    inner.setAttribute("role", "img");
    inner.setAttribute("aria-label", words);
    outer.append(caption, inner);
    box.append(outer);
    return inner;
  };
  const draw = (place, options) => {
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options());
    drawn.push({ chart, options });
  };

  for (const box of document.querySelectorAll("[data-chart]")) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    if (!data.total.values.some((value) => value !== null)) continue;
    box.hidden = false;
    draw(figure(box, box.dataset.wordsMonths, "chart"), () => months(data));
    const table = box.parentElement.querySelector("[data-table]");
    if (table) table.open = false;
    if (data.towns.length > 1) draw(figure(box, box.dataset.wordsTowns, "chart chart-towns"), () => towns(data));
  }

  const again = () => drawn.forEach(({ chart, options }) => { chart.setOption(options()); chart.resize(); });
  let waiting = 0;
  addEventListener("resize", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(again); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  /* On paper there is nothing to open. */
  addEventListener("beforeprint", () => { for (const table of document.querySelectorAll("[data-table]")) table.open = true; again(); });
  addEventListener("afterprint", again);
})();
