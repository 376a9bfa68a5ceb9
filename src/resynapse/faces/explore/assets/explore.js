// Draws what the page is told: courses of the story, dendrites at a moment, single figures.  The same script serves the live page
// (numbers come over Shiny's connection) and the static edition (numbers come from files beside it).
"use strict";
window.resynapse = (() => {
  const state = { panels: [], names: {}, courses: {}, sentences: {}, dendrites: null, mode: "bands", moment: 24, end: 672, figures: {} };
  const ARMS = ["--blue", "--orange", "--purple"];
  const byId = (id) => document.getElementById(id);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const faint = (hex, alpha) => {
    const n = parseInt(hex.slice(1), 16);
    return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${alpha})`;
  };
  const armColour = (k) => css(ARMS[k % ARMS.length]);

  // ---- figures that arrive whole: "@name" and "@name/0.2" stand for colours of the page
  const coloured = (thing) => {
    if (typeof thing === "string" && thing.startsWith("@")) {
      const [name, alpha] = thing.slice(1).split("/");
      return alpha ? faint(css("--" + name), alpha) : css("--" + name);
    }
    if (Array.isArray(thing)) return thing.map(coloured);
    if (thing && typeof thing === "object") return Object.fromEntries(Object.entries(thing).map(([k, v]) => [k, coloured(v)]));
    return thing;
  };
  const axis = (more) => ({ gridcolor: css("--line"), linecolor: css("--soft"), zeroline: false, tickfont: { size: 11 }, automargin: true, fixedrange: true, ...more });
  const layout = (more) => ({
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: css("--ink"), family: "inherit", size: 12 },
    margin: { l: 52, r: 10, t: 8, b: 38 }, showlegend: false, hovermode: "x", hoverlabel: { align: "left", namelength: -1 }, dragmode: false, ...more,
  });
  const CONFIG = { displayModeBar: false, responsive: true };

  function figure(message) {
    state.figures[message.id] = message;
    const place = byId(message.id);
    if (!place || place.offsetParent === null) return;  // hidden: drawn when its tab is shown
    const given = coloured(message.layout || {});
    const axes = Object.fromEntries(Object.keys(given).filter((k) => /^[xy]axis/.test(k)).map((k) => [k, axis(given[k])]));
    Plotly.react(place, coloured(message.data), layout({ xaxis: axis(), yaxis: axis(), ...given, ...axes }), CONFIG).then(() => {
      if (message.click && !place.dataset.clicks) {
        place.dataset.clicks = "yes";
        place.on("plotly_click", (e) => window.Shiny && Shiny.setInputValue(message.click, e.points[0].customdata, { priority: "event" }));
      }
    });
    if (message.label) place.setAttribute("aria-label", message.label);
  }

  // ---- the story
  function traces(panel) {
    const out = [];
    Object.entries(state.courses).forEach(([arm, course], k) => {
      const colour = armColour(k), name = state.names[arm] || arm;
      panel.lines.forEach((quantity, j) => {
        const q = course.lines[quantity];
        if (!q) return;
        const zones = panel.hours
          ? [{ x: "x", keep: (t) => t <= panel.hours + 1e-6, scale: (t) => 60 * t }]
          : [{ x: "x", keep: (t) => t >= 0.08 && t <= 24 + 1e-6, scale: (t) => t }, { x: "x2", keep: (t) => t >= 24 - 1e-6, scale: (t) => t / 24 }];
        zones.forEach((zone) => {
          const at = course.times.map((t, i) => i).filter((i) => zone.keep(course.times[i]));
          const x = at.map((i) => zone.scale(course.times[i])), pick = (row) => at.map((i) => row[i]);
          const line = (y, more) => out.push({ x, y, xaxis: zone.x, mode: "lines", hoverinfo: "skip", line: { color: colour, width: 2, dash: j ? "dot" : "solid" }, ...more });
          if (state.mode === "people") {
            (course.people[quantity] || []).forEach((row) => line(pick(row), { line: { color: faint(colour, 0.45), width: 1, dash: j ? "dot" : "solid" } }));
          } else if (j === 0) {
            [[0, 4, 0.1], [1, 3, 0.2]].forEach(([low, high, alpha]) => {
              line(pick(q[low]), { line: { width: 0 } });
              line(pick(q[high]), { line: { width: 0 }, fill: "tonexty", fillcolor: faint(colour, alpha) });
            });
          }
          line(pick(q[2]), {
            hoverinfo: "x+y+text", name,
            hovertemplate: `<b>%{y:.3~g}</b> ${panel.unit}<br>${panel.meanings[j]}<extra>${name}, median</extra>`,
          });
        });
      });
    });
    return out;
  }

  function panelLayout(panel) {
    const y = axis({ type: panel.log ? "log" : "linear", title: { text: panel.unit, font: { size: 11 }, standoff: 4 } });
    if (panel.log) { y.dtick = 1; y.range = logRange(panel); }
    const base = { yaxis: y, height: 230, shapes: momentLine(panel) }, narrow = window.innerWidth < 600;
    if (panel.hours) return layout({ ...base, xaxis: axis({ title: { text: "minutes after the dose", font: { size: 11 } }, range: [0, 60 * panel.hours] }) });
    return layout({
      ...base,
      xaxis: axis({ type: "log", domain: [0, 0.48], range: [-1, Math.log10(24)], tickangle: 0,
        tickvals: narrow ? [0.1, 1, 8] : [0.1, 1, 4, 12, 24], ticktext: narrow ? ["6 min", "1 h", "8 h"] : ["6 min", "1 h", "4 h", "12 h", "1 d"] }),
      xaxis2: axis({ domain: [0.5, 1], range: [1, state.end / 24], anchor: "y", title: { text: "days", font: { size: 11 } }, nticks: 6 }),
    });
  }
  const logRange = (panel) => {
    const tops = Object.values(state.courses).flatMap((c) => panel.lines.map((q) => Math.max(1, ...(c.lines[q] ? c.lines[q][4] : [1]))));
    return [-1, Math.log10(Math.max(10, ...tops) * 1.3)];
  };
  function momentLine(panel) {
    const hours = state.moment;
    const [xref, x] = panel.hours ? ["x", 60 * hours] : hours <= 24 ? ["x", Math.max(hours, 0.1)] : ["x2", hours / 24];
    if (panel.hours && hours > panel.hours) return [];
    return [{ type: "line", xref, yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color: css("--soft"), width: 1, dash: "dot" } }];
  }
  // one row for each item: a ring before treatment, a dot at the moment; regimens a little below each other
  const momentAt = (times) => times.reduce((best, t, i) => (t <= state.moment + 1e-6 ? i : best), 0);
  function symptoms() {
    const arms = Object.entries(state.courses), rows = (course) => course.items.map((_, i) => i);
    return arms.flatMap(([arm, course], k) => {
      const y = rows(course).map((i) => i + 0.24 * (k - (arms.length - 1) / 2)), now = momentAt(course.times);
      const before = course.items.map((one) => one.mean[0]), then = course.items.map((one) => one.mean[now]);
      const name = state.names[arm] || arm, colour = armColour(k), base = { y, mode: "markers", hoverinfo: "skip" };
      return [
        { x: then.flatMap((x, i) => [before[i], x, null]), y: y.flatMap((v) => [v, v, null]), mode: "lines", hoverinfo: "skip", line: { color: faint(colour, 0.45), width: 2 } },
        { ...base, x: before, marker: { symbol: "circle-open", size: 8, color: colour } },
        { ...base, x: then, marker: { size: 9, color: colour }, hoverinfo: "x+text", text: course.items.map((one) => one.name),
          hovertemplate: `<b>%{x:.2~f}</b> points<br>%{text}<extra>${name}, mean</extra>` },
      ];
    });
  }
  function symptomLayout(panel) {
    const items = (Object.values(state.courses)[0] || { items: [] }).items;
    return layout({
      height: 330, hovermode: "closest", margin: { l: 130, r: 10, t: 8, b: 38 },
      xaxis: axis({ range: [0, Math.max(1, ...items.map((one) => one.most))], title: { text: panel.unit, font: { size: 11 } } }),
      yaxis: axis({ autorange: "reversed", tickvals: items.map((_, i) => i), ticktext: items.map((one) => one.name) }),
    });
  }
  function drawPanel(panel) {
    const place = byId("panel-" + panel.name);
    if (!place || place.offsetParent === null) return;
    if (panel.lines.length) Plotly.react(place, traces(panel), panelLayout(panel), CONFIG);
    else Plotly.react(place, symptoms(), symptomLayout(panel), CONFIG);
    const words = state.sentences[panel.name] || "";
    place.setAttribute("aria-label", panel.title + ". " + words);
    const said = byId("says-" + panel.name);
    if (said) said.textContent = words;
  }
  function drawStory() {
    legend();
    state.panels.forEach(drawPanel);
    drawDendrites();
    const drawn = byId("story-drawn");
    if (drawn) drawn.dataset.count = String(Number(drawn.dataset.count || 0) + 1);
  }
  function legend() {
    const place = byId("legend");
    if (!place) return;
    place.replaceChildren(...Object.keys(state.courses).map((arm, k) => {
      const one = document.createElement("span"), dot = document.createElement("i");
      dot.style.background = armColour(k);
      one.append(dot, state.names[arm] || arm);
      return one;
    }));
  }
  function story(message) {
    Object.assign(state, message);
    drawStory();
  }

  // ---- dendrites: every site has a fate against health and against the days before treatment
  const SHAPES = { kept: "circle", repaired: "square", new: "diamond", lost: "gone" };
  const FATES = { kept: "--soft", repaired: "--blue", new: "--orange", lost: "--line" };
  function fate(site, healthy, ill) {
    if (site) return ill ? "kept" : healthy ? "repaired" : "new";
    return healthy ? "lost" : "";
  }
  function spine([x, y], up, kind) {
    const colour = css(FATES[kind]), top = y - up * 17;
    if (kind === "lost") return `<circle cx="${x}" cy="${top}" r="2.4" fill="none" stroke="${css("--soft")}" stroke-dasharray="1.5 1.5"/>`;
    const head = SHAPES[kind] === "square" ? `<rect x="${x - 4}" y="${top - 4}" width="8" height="8" fill="${colour}"/>`
      : SHAPES[kind] === "diamond" ? `<path d="M${x} ${top - 5.5}L${x + 5.5} ${top}L${x} ${top + 5.5}L${x - 5.5} ${top}Z" fill="${colour}"/>`
      : `<circle cx="${x}" cy="${top}" r="4" fill="${colour}"/>`;
    return `<line x1="${x}" y1="${y}" x2="${x}" y2="${top}" stroke="${colour}" stroke-width="2"/>${head}`;
  }
  function drawDendrites() {
    const place = byId("dendrites"), seen = state.dendrites;
    if (!place || !seen) return;
    let k = 0;
    while (k + 1 < seen.hours.length && seen.hours[k + 1] <= state.moment + 1e-6) k++;
    const rows = [];
    Object.entries(seen.arms).forEach(([arm, regions], a) => Object.entries(regions).forEach(([region, one]) => {
      const sites = one.now[k], width = 640, step = width / sites.length;
      const here = [...sites].filter((c) => c === "1").length, before = [...one.ill].filter((c) => c === "1").length, health = [...one.healthy].filter((c) => c === "1").length;
      const at = (i) => [10 + (i + 0.5) * step, 38 + 5 * Math.sin(i / 5)];
      const path = [...sites].map((_, i) => at(i).map((v) => v.toFixed(1)).join(",")).join(" ");
      const drawn = [...sites].map((c, i) => {
        const kind = fate(c === "1", one.healthy[i] === "1", one.ill[i] === "1");
        return kind ? spine(at(i).map((v) => Math.round(10 * v) / 10), i % 2 ? 1 : -1, kind) : "";
      }).join("");
      const words = `${state.names[arm] || arm}, ${region}: ${here} spines (${before} before treatment, ${health} in health)`;
      rows.push(`<figure><svg viewBox="0 0 660 76" role="img" aria-label="${words}"><polyline points="${path}" fill="none" stroke="${faint(armColour(a), 0.35)}" stroke-width="9" stroke-linecap="round"/>${drawn}</svg><figcaption>${words}</figcaption></figure>`);
    }));
    place.innerHTML = rows.join("");
  }
  function moveTo(hours) {
    state.moment = hours;
    const words = byId("moment-words");
    if (words) words.textContent = hours < 1 ? `${Math.round(60 * hours)} min` : hours < 48 ? `${Math.round(hours)} h` : `day ${(hours / 24).toFixed(hours < 240 ? 1 : 0)}`;
    state.panels.forEach((panel) => {
      const place = byId("panel-" + panel.name);
      if (!place || !place.data) return;
      if (panel.lines.length) Plotly.relayout(place, { shapes: momentLine(panel) });
      else drawPanel(panel);
    });
    drawDendrites();
  }
  // the slider is fine for the first day, coarse afterwards
  const momentOf = (value) => (value <= 400 ? 24 * (value / 400) ** 2 : 24 + (state.end - 24) * ((value - 400) / 600));

  // ---- tabs, colours, days to click
  function show(tab) {
    document.querySelectorAll("[role=tab]").forEach((b) => {
      b.setAttribute("aria-selected", String(b.dataset.tab === tab));
      b.tabIndex = b.dataset.tab === tab ? 0 : -1;
    });
    document.querySelectorAll("[role=tabpanel]").forEach((p) => { p.hidden = p.id !== "tab-" + tab; });
    document.body.dataset.shown = tab;
    if (window.jQuery) jQuery(document.querySelectorAll("#tab-" + tab + " *")).trigger("shown");
    if (window.Shiny && Shiny.setInputValue) Shiny.setInputValue("tab", tab);
    if (tab === "story") drawStory();
    Object.values(state.figures).forEach(figure);
  }
  function keys(event) {
    const tabs = [...document.querySelectorAll("[role=tab]")], at = tabs.indexOf(document.activeElement);
    if (at < 0 || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const next = tabs[(at + (event.key === "ArrowRight" ? 1 : tabs.length - 1)) % tabs.length];
    next.focus();
    show(next.dataset.tab);
  }
  function setTheme(dark) {
    document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
    drawStory();
    Object.values(state.figures).forEach(figure);
  }
  function dayButtons(place) {
    const field = byId(place.dataset.days);
    const read = () => new Set(field.value.replace(/,/g, " ").split(/\s+/).filter(Boolean).map(Number));
    const mark = () => { const on = read(); place.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(on.has(Number(b.value))))); };
    for (let day = 0; day < 28; day++) {
      const b = document.createElement("button");
      b.type = "button"; b.value = day; b.textContent = day; b.title = "day " + day;
      b.onclick = () => {
        const on = read();
        if (on.has(day)) on.delete(day); else on.add(day);
        field.value = [...on].filter(Number.isFinite).sort((a, c) => a - c).join(", ");
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
        mark();
      };
      place.append(b);
    }
    field.addEventListener("input", mark);
    if (window.jQuery) jQuery(field).on("shiny:updateinput", () => setTimeout(mark, 0));
    mark();
  }
  function fieldErrors(message) {
    document.querySelectorAll(".field-error").forEach((e) => {
      const text = message.errors[e.dataset.field] || "", input = byId(e.dataset.input);
      e.textContent = text;
      e.hidden = !text;
      if (input) { input.setAttribute("aria-invalid", String(Boolean(text))); input.setAttribute("aria-describedby", e.id); }
    });
  }
  function begin() {
    const given = byId("panels-specification");
    if (given) state.panels = JSON.parse(given.textContent);
    document.querySelectorAll("[role=tab]").forEach((b) => { b.onclick = () => show(b.dataset.tab); });
    document.addEventListener("keydown", keys);
    document.querySelectorAll("[data-days]").forEach(dayButtons);
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light";
    dark.addEventListener("change", (e) => setTheme(e.matches));
    const theme = byId("theme"), moment = byId("moment"), mode = byId("mode");
    if (theme) theme.onclick = () => setTheme(document.documentElement.dataset.bsTheme !== "dark");
    if (moment) moment.oninput = () => moveTo(momentOf(Number(moment.value)));
    if (mode) mode.onchange = () => { state.mode = mode.checked ? "people" : "bands"; drawStory(); };
    if (window.Shiny) {
      Shiny.addCustomMessageHandler("story", story);
      Shiny.addCustomMessageHandler("dendrites", (m) => { state.dendrites = m; drawDendrites(); });
      Shiny.addCustomMessageHandler("figure", figure);
      Shiny.addCustomMessageHandler("errors", fieldErrors);
      Shiny.addCustomMessageHandler("go", (m) => show(m.tab));
    }
    if (window.innerWidth < 900) document.querySelectorAll(".side > details").forEach((d) => { d.open = false; });
    moveTo(24);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  return { state, story, figure, show };
})();
