// The static edition: fetches numbers that were computed beforehand and hands them to the same drawing as the live page.
"use strict";
(() => {
  const have = {}, waiting = {}, byId = (id) => document.getElementById(id);
  const grid = JSON.parse(byId("grid").textContent);
  resynapse.arrived = (name, content) => { have[name] = content; (waiting[name] || []).forEach((f) => f(content)); delete waiting[name]; };
  const get = (name) => new Promise((done, failed) => {
    if (have[name]) { done(have[name]); return; }
    if (waiting[name]) { waiting[name].push(done); return; }
    waiting[name] = [done];
    const script = document.createElement("script");
    script.src = `data/${name}.js`;
    script.onerror = () => failed(new Error(`data/${name}.js is missing`));
    document.head.append(script);
  });
  async function draw() {
    const population = byId("pick-population").value;
    const picked = ["a", "b", "c"].map((k) => [k.toUpperCase(), byId("pick-" + k).value]).filter(([, key]) => key);
    const found = await Promise.all(picked.map(([, key]) => get(`${population}__${key}`)));
    const courses = {}, names = {}, arms = {}, sentences = {};
    picked.forEach(([name, key], i) => {
      courses[name] = Object.values(found[i].courses)[0];
      names[name] = `${name}: ${grid.names[key]}`;
      arms[name] = Object.values(found[i].dendrites.arms)[0];
      Object.entries(found[i].says).forEach(([panel, text]) => { if (text) sentences[panel] = `${sentences[panel] || ""} ${name}: ${text}`.trim(); });
    });
    const times = courses.A.times;
    resynapse.story({ courses, names, sentences, end: times[times.length - 1], dendrites: { hours: found[0].dendrites.hours, arms } });
    const rows = found[0].end.map((row, r) => [row.endpoint, ...found.map((f) => f.end[r].value)]);
    byId("end-numbers").replaceChildren(table(["at the end", ...picked.map(([name]) => name)], rows));
  }
  function table(head, rows) {
    const made = document.createElement("table");
    made.className = "plain-table";
    const line = (cells, tag) => { const tr = document.createElement("tr"); cells.forEach((c) => { const td = document.createElement(tag); td.textContent = c ?? ""; tr.append(td); }); return tr; };
    made.append(line(head, "th"), ...rows.map((r) => line(r, "td")));
    return made;
  }
  const COLUMNS = ["id", "source", "area", "population", "drug", "quantity", "statistic", "observed", "predicted", "unit", "verdict"];
  async function evidence() {
    const all = await get("evidence"), words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    resynapse.figure(all.figure);
    const fits = all.rows.filter((row) => words.every((w) => row.join(" ").toLowerCase().includes(w)));
    byId("evidence-rows").replaceChildren(table(COLUMNS, fits.slice(0, 200)));
  }
  ["pick-population", "pick-a", "pick-b", "pick-c"].forEach((id) => { byId(id).onchange = draw; });
  byId("pick-a").value = [...byId("pick-a").options].some((o) => o.value === "iv05_twice") ? "iv05_twice" : byId("pick-a").options[0].value;
  byId("pick-b").value = [...byId("pick-b").options].some((o) => o.value === "midazolam_twice") ? "midazolam_twice" : "";
  byId("find").oninput = evidence;
  byId("tab-button-evidence").addEventListener("click", evidence);
  draw();
})();
