"use strict";
// Reads the JSON of the page, draws everything in one language for one agency, and draws it again when either changes.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const data = read("data"), allWords = read("words"), charts = read("charts");
  const unitCodes = Object.keys(data.units), sourceNames = Object.keys(data.sources);
  const byId = (id) => document.getElementById(id);
  const state = { language: data.meta.language, unit: "*", period: "*", sort: "correct", down: true, filter: "", by: "unit" };
  const VERDICT_COLOUR = { late: "late", phantom_late: "phantom", undetermined: "open", on_time: "ok", hidden_late: "hidden" };

  // -- words and numbers

  const word = (key, values = {}) =>
    (allWords[state.language][key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const locale = () => (state.language === "vi" ? "vi-VN" : "en-GB");
  const count = (n) => new Intl.NumberFormat(locale()).format(n);
  const decimal = (x, digits = 2) =>
    new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(x);
  const percent = (x, digits = 2) => (x === null || x === undefined ? word("none") : `${decimal(x, digits)} %`);
  const share = (part, whole) => (whole ? `${decimal((100 * part) / whole, 1)} %` : word("none"));
  const day = (iso) => iso.slice(0, 10).split("-").reverse().join("/");
  const minute = (iso) => (iso ? `${day(iso)} ${iso.slice(11, 16)} (UTC${iso.slice(-6)})` : word("none"));
  const text = (both) => (both ? both[state.language] : "");
  const folded = (s) => s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  const sum = (rows, of) => rows.reduce((total, row) => total + of(row), 0);

  const unitName = (code) => {
    if (code === "*") return word("all_units");
    const unit = data.units[code] ?? {};
    const name = unit.name ?? (code === "?" ? word("unknown_unit") : code);
    return unit.until ? `${name} (${word("until", { date: day(unit.until) })})` : name;
  };

  // -- elements

  const fill = (node, children) => {
    for (const child of [children].flat(3)) {
      if (child !== null && child !== undefined && child !== false) node.append(child);
    }
    return node;
  };
  const el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (name === "style") Object.assign(node.style, value);
      else if (name === "onclick") node.addEventListener("click", value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    return fill(node, children);
  };
  const svg = (tag, attributes, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    return fill(node, children);
  };
  const put = (node, ...children) => {
    node.replaceChildren();
    return fill(node, children);
  };
  const colour = (name) => `var(--${name})`;
  const swatch = (name, kind) => el("i", { class: kind, style: kind ? { borderColor: colour(name) } : { background: colour(name) } });
  const table = (columns, rows, options = {}) =>
    el("div", { class: "scroll", tabindex: options.plain ? null : "0" },
      el("table", { class: options.cards ? "cards" : null },
        options.caption && el("caption", {}, options.caption),
        el("thead", {}, el("tr", {}, columns.map((c) => el("th", { scope: "col", class: c.number ? "n" : null }, c.title)))),
        el("tbody", {}, rows.map((row) => el("tr", {}, columns.map((c, at) =>
          el(at ? "td" : "th", { scope: at ? null : "row", class: c.number ? "n" : null, "data-label": c.title }, c.cell(row))))))));

  // -- what is chosen

  const unitAt = () => unitCodes.indexOf(state.unit);
  const chosen = (rows) => (state.unit === "*" ? rows : rows.filter((row) => row[1] === unitAt()));
  const verdicts = () =>
    chosen(data.verdicts).map(([source, unit, verdict, reason, dossiers, late, correct]) => ({ source, unit, verdict, reason, dossiers, late, correct }));
  // One count: all that are judged late or phantom late are recorded late. Those that the system never showed as received stand
  // in lists and bars, and not in form II.06a.
  const LATE_AS_RECORDED = ["late", "phantom_late"];
  const unreceivedLate = (rows) => sum(rows, (v) => (LATE_AS_RECORDED.includes(v.verdict) ? v.dossiers - v.late : 0));
  const recordedLate = (rows) => sum(rows, (v) => v.late) + unreceivedLate(rows);
  const of = (rows, verdict) => rows.filter((row) => row.verdict === verdict);
  const rate = (unit, period, basis) => (data.rates[unit]?.[period] ?? data.spans.rates[unit]?.[period])?.[basis] ?? [0, 0, 0, null, null, null];
  const whole = () => state.period === "*";
  const chosenRate = (unit, basis) => (whole() ? rate(unit, "*", basis) : data.spans.rates[unit]?.[state.period]?.[basis] ?? [0, 0, 0, null, null, null]);
  // Zeros beside each other come as one number below zero.
  for (const periods of Object.values(data.spans.figures)) for (const of of Object.values(periods)) for (const basis of Object.keys(of)) of[basis] = of[basis].flatMap((x) => (x < 0 ? Array(-x).fill(0) : [x]));
  const chosenFigures = (unit) => (whole() ? data.figures[unit] : data.spans.figures[unit]?.[state.period]) ?? {};
  const capital = (words) => words[0].toUpperCase() + words.slice(1);
  const periodName = (name) => (name === "*" ? word("all_periods") : text(data.spans.names[name]));
  const grouped = (rows, key) => {
    const found = new Map();
    for (const row of rows) found.set(key(row), [...(found.get(key(row)) ?? []), row]);
    return [...found.entries()].map(([name, members]) => ({ name, members, dossiers: sum(members, (m) => m.dossiers) }))
      .sort((a, b) => b.dossiers - a.dossiers || (a.name < b.name ? -1 : 1));
  };
  const bySource = (rows) => grouped(rows, (v) => v.source).sort((a, b) => a.name - b.name); // one order in every bar
  const reasonText = (code) => (code === "-" ? word("no_reason") : text(data.reasons[code]) || code);
  const remedyText = (code) => data.reasons[code]?.[`remedy_${state.language}`] ?? "";
  const sourceTitle = (at) => data.sources[sourceNames[at]];

  // -- from a figure to its dossiers: the page names none, so it says how to ask for them

  const quoted = (code) => (/^[\w./-]+$/.test(code) ? code : `'${code.replaceAll("'", "'\\''")}'`);
  const command = (n, name, data, parts) => el("li", {}, el("b", {}, count(n)), ` ${name}`, el("code", { ...data, "data-count": n, tabindex: "0" }, parts.filter(Boolean).join(" ")));
  const follow = (lines) => el("details", { class: "follow" }, el("summary", {}, word("follow")), el("p", { class: "muted" }, word("follow_note")), el("ul", {}, lines));
  const followList = (list, rows) => follow([
    ...(rows.length ? [{ dossiers: sum(rows, (v) => v.dossiers), label: word("follow_all") }] : []),
    ...grouped(rows, (v) => v.reason).map((r) => ({ dossiers: r.dossiers, label: reasonText(r.name), reason: r.name })),
  ].map(({ dossiers, label, reason }) => command(dossiers, label, { "data-list": list, "data-reason": reason }, [
    "motcua list", list, state.unit === "*" ? null : `--unit ${quoted(state.unit)}`, reason && `--reason ${reason}`, `--csv ${word("follow_file")}`])));
  const followTotals = (lists) => {
    const lines = lists.filter(([, n]) => n).map(([list, n, label]) => command(n, label, { "data-list": list }, [
      "motcua list", list, state.unit === "*" ? null : `--unit ${quoted(state.unit)}`, `--csv ${word("follow_file")}`]));
    return lines.length ? follow(lines) : null;
  };
  const drawFollow = () => {
    const name = data.indicators.find((one) => one.shown === "headline")?.name;
    const lines = !name ? [] : ["recorded", "cleaned"].map((basis) => {
      const figure = [name, state.unit === "*" ? "" : state.unit, whole() ? "" : state.period, "", "", basis].join("/");
      return command(chosenRate(state.unit, basis)[1], word(basis), { "data-trace": figure }, ["motcua trace", quoted(figure), `--page ${word("follow_page")}`]);
    });
    put(byId("follow-rate"), lines.length ? follow(lines) : null);
  };

  // -- sources that are older than the day

  const UNHEARD = "no_news"; // what is missing of a dossier whose source was not heard since it was due
  const drawStale = () => {
    const stale = data.pulls.filter((p) => p.stale), box = byId("stale");
    box.hidden = !stale.length;
    byId("stale-title").textContent = word("stale_title", { day: day(data.meta.as_of) });
    put(box.querySelector("ul"), stale.map((p) => {
      const n = sum(of(verdicts(), "undetermined").filter((v) => v.reason === UNHEARD && sourceNames[v.source] === p.source), (v) => v.dossiers);
      const since = p.good_at && p.silent_since ? word("stale_since", { source: p.title, since: day(p.silent_since), good: minute(p.good_at) }) : word("stale_never", { source: p.title });
      return el("li", { "data-source": p.source }, since, " ", n ? word("stale_undecided", { n: count(n) }) : word("stale_nothing"));
    }));
  };

  // -- the three numbers

  const drawThree = () => {
    const [rn, rd, ru, r] = chosenRate(state.unit, "recorded");
    const [cn, cd, cu, c, lower, upper] = chosenRate(state.unit, "cleaned");
    const value = (shown) => el("p", { class: shown === word("none") ? "value words" : "value" }, shown);
    const counted = (n, d) => el("p", { class: "count" }, word("of", { n: count(n), d: count(d) }));
    const gap = r === null || c === null ? null : Math.round((c - r) * 100) / 100;
    const moved = gap === null ? null : gap === 0 ? word("points_same") : word(gap > 0 ? "points_up" : "points_down", { x: decimal(Math.abs(gap)) });
    put(byId("three"),
      el("div", { class: "r" }, el("p", { class: "name" }, word("recorded")), value(percent(r)), counted(rn, rd),
        el("p", { class: "note" }, word("recorded_note"))),
      el("div", { class: "c" }, el("p", { class: "name" }, word("cleaned"), " ", moved && el("span", { class: "chip" }, moved)),
        value(percent(c)), counted(cn, cd), el("p", { class: "note" }, word("cleaned_note"))),
      el("div", { class: "range" }, el("p", { class: "name" }, word("interval")),
        value(lower === null ? word("none") : `${decimal(lower)} – ${decimal(upper)} %`),
        el("p", { class: "note" }, cu ? word("interval_note", { u: count(cu) }) : word("interval_exact"))));
    drawScale(r, c, lower, upper);
    drawBridge(rd + ru, cd, cu);
    drawIndicators();
    drawReferences();
    drawFollow();
  };

  // What the configuration declares is shown in its own words and order: there is no list of indicators here.
  const drawIndicators = () => {
    const published = chosenFigures(state.unit);
    const figures = data.indicators.map((one, at) => ({ ...one, recorded: published.recorded?.[at], cleaned: published.cleaned?.[at] }));
    const value = (one, x) => (one.digits !== null ? percent(x, one.digits) : x === null || x === undefined ? word("none") : count(x));
    put(byId("facts"), figures.filter((one) => one.shown === "brief").map((one) =>
      el("span", { "data-indicator": one.name }, el("b", {}, value(one, one.cleaned)), ` ${text(one.short)}`)));
    put(byId("indicators-table"), table([
      { title: word("indicator"), cell: (one) => text(one.title) },
      { title: word("col_recorded"), number: true, cell: (one) => value(one, one.recorded) },
      { title: word("col_cleaned"), number: true, cell: (one) => value(one, one.cleaned) },
      { title: word("basis"), cell: (one) => text(one.reference) }], figures, { cards: true }));
  };

  // From what the systems count to what is counted after cleaning: every number is published, and nothing is netted.
  const BRIDGE = [["bridge_second_entries", "second-entries"], ["bridge_tests", "tests"], ["bridge_by_policy", "by-policy"], ["bridge_never_received", "never-received"], ["bridge_not_shown", "not-shown"]];
  const bridgeRows = () => {
    const published = chosenFigures(state.unit), place = (name) => data.indicators.findIndex((one) => one.name === name);
    const of = (basis, name) => published[basis]?.[place(name)] ?? 0;
    if (BRIDGE.some(([name]) => place(name) < 0) || !["recorded", "cleaned"].some((basis) => Number.isFinite(published[basis]?.[place(BRIDGE[0][0])]))) return [];
    return [{ name: "bridge_recorded", n: of("recorded", "received"), sign: "" },
      ...BRIDGE.map(([name, list]) => ({ name, list, n: of(list === "not-shown" ? "cleaned" : "recorded", name), sign: list === "not-shown" ? "+" : "−" })).filter((one) => one.n),
      { name: "bridge_cleaned", n: of("cleaned", "received"), sign: "=" }];
  };
  const drawBridge = (recorded, decided, open) => {
    const n = recorded - decided - open;
    const said = word("bridge_line", { r: count(recorded), c: count(decided + open), d: count(decided), u: count(open) });
    byId("bridge").textContent = !recorded && !decided && !open ? "" : whole() || !n ? said : `${said} ${word("bridge_period")}`;
    const rows = bridgeRows(), total = (verdict) => sum(of(verdicts(), verdict), (v) => v.dossiers);
    const never = rows.find((one) => one.list === "never-received")?.n ?? 0, nowhere = [total("not_received") - never, total("deleted")];
    put(byId("bridge-table"), rows.length ? el("details", {}, el("summary", {}, word("bridge_table")), table([
      { title: word("bridge_class"), cell: (one) => word(one.name) },
      { title: word("bridge_dossiers"), number: true, cell: (one) => el(one.list ? "span" : "b", { "data-bridge": one.name }, `${one.sign} ${count(one.n)}`.trim()) },
    ], rows, { cards: true }), whole() ? [
      nowhere.some(Boolean) ? el("p", { class: "muted", id: "nowhere" }, word("bridge_nowhere", { n: count(nowhere[0]), m: count(nowhere[1]) })) : null,
      followTotals([...rows.filter((one) => one.list).map((one) => [one.list, one.n, word(one.name)]), ["not-received", nowhere[0], word("bridge_unreceived")]])] : rows.some((one) => one.list) ? follow(rows.filter((one) => one.list).map((one) => bridgeTrace(one))) : null) : null);
  };
  const bridgeTrace = (one) => {
    const figure = [one.name, state.unit === "*" ? "" : state.unit, state.period, "", "", one.sign === "+" ? "cleaned" : "recorded"].join("/");
    return command(one.n, word(one.name), { "data-bridge-trace": figure }, ["motcua trace", quoted(figure), `--page ${word("follow_page")}`]);
  };

  // Ours are those of the same year and agency, as this page tells them everywhere; nothing is subtracted.
  const drawReferences = () => {
    const rows = (data.references ?? []).filter((one) => one.unit === state.unit);
    const ours = (one) => {
      const declared = data.indicators[one.indicator], x = data.spans.figures[state.unit]?.[one.year]?.cleaned?.[one.indicator];
      const known = x !== null && x !== undefined, part = known && data.meta.as_of < `${one.year}-12-31`;
      return [el("b", {}, known && declared.digits === null ? count(x) : percent(x, declared.digits ?? 0)), part ? ` ${word("references_part")}` : "", el("small", {}, text(declared.short))];
    };
    put(byId("references"), rows.length ? [el("h2", { class: "small" }, word("references_title")), table([
      { title: word("references_series"), cell: (one) => text(one.series) },
      { title: word("references_year"), cell: (one) => one.year },
      { title: word("references_value"), number: true, cell: (one) => el("b", {}, `${new Intl.NumberFormat(locale()).format(one.value)} ${text(one.measure)}`) },
      { title: word("references_by"), cell: (one) => one.published_by },
      { title: word("references_ours"), number: true, cell: ours },
    ], rows, { cards: true }), el("p", { class: "muted" }, word("references_note"))] : null);
  };

  const drawScale = (r, c, lower, upper) => {
    const box = byId("scale");
    put(box);
    if (r === null || c === null) return;
    const low = Math.max(0, Math.floor((Math.min(r, lower) - 2) / 10) * 10), at = (x) => `${(100 * (x - low)) / (100 - low)}%`;
    const width = (a, b) => `${Math.max(0.3, (100 * (b - a)) / (100 - low))}%`;
    const step = 100 - low > 20 ? 10 : 5;
    const ticks = [];
    for (let x = low; x <= 100; x += step) ticks.push(x);
    box.append(svg("svg", { role: "img", "aria-label": word("scale", { r: percent(r), c: percent(c), lo: percent(lower), hi: percent(upper) }) },
      ticks.map((x) => [
        svg("line", { x1: at(x), x2: at(x), y1: 12, y2: 30, stroke: "var(--line)" }),
        svg("text", { x: at(x), y: 47, "text-anchor": x === low ? "start" : x === 100 ? "end" : "middle" }, `${x} %`)]),
      svg("line", { x1: "0%", x2: "100%", y1: 21, y2: 21, stroke: "var(--line)", "stroke-width": 2 }),
      svg("line", { x1: at(Math.min(r, c)), x2: at(Math.max(r, c)), y1: 21, y2: 21, stroke: "var(--soft)", "stroke-width": 2, "stroke-dasharray": "2 4" }),
      svg("rect", { x: at(lower), width: width(lower, upper), y: 9, height: 24, rx: 4, fill: "var(--band)" }),
      svg("circle", { cx: at(r), cy: 21, r: 7, fill: "var(--paper)", stroke: "var(--recorded-mark)", "stroke-width": 3.5 }),
      svg("circle", { cx: at(c), cy: 21, r: 7.5, fill: "var(--cleaned-mark)" })));
  };

  const drawKeys = () => {
    const rows = verdicts(), phantom = of(rows, "phantom_late"), hidden = of(rows, "hidden_late");
    const falseAlarms = sum(phantom, (v) => v.dossiers), late = recordedLate(rows);
    const [fault] = grouped(phantom, (v) => `${v.source} ${v.reason}`);
    const [source, reason] = fault ? fault.name.split(" ") : [];
    const perUnit = grouped(rows.map((v) => ({ ...v, dossiers: v.correct })), (v) => v.unit);
    const key = (mark, number, name, note) =>
      el("li", { style: { borderTopColor: colour(mark) } }, el("b", {}, number), el("span", {}, name), el("small", {}, note));
    put(byId("keys"),
      key("phantom", count(falseAlarms), word("key_phantom"), word("key_phantom_note", { share: share(falseAlarms, late), all: count(late) })),
      fault
        ? key("phantom", share(fault.dossiers, falseAlarms), word("key_fault"),
          word("key_fault_note", { reason: reasonText(reason), source: sourceTitle(Number(source)), n: count(fault.dossiers) }))
        : key("phantom", "0", word("key_phantom"), word("key_fault_none")),
      key("hidden", count(sum(hidden, (v) => v.dossiers)), word("key_hidden"), word("key_hidden_note")),
      key("open", count(sum(rows, (v) => v.correct)), word("key_correct"),
        perUnit.length && perUnit[0].dossiers ? word("key_correct_note", { unit: unitName(unitCodes[perUnit[0].name]), n: count(perUnit[0].dossiers) }) : ""));
    put(byId("follow-keys"), followTotals([["to-correct", sum(rows, (v) => v.correct), word("key_correct")]]));
  };

  // -- what moved

  const stack = (title, parts) => {
    const total = sum(parts, (p) => p.n);
    return el("div", { class: "stack" },
      el("div", { class: "top" }, el("span", {}, title), el("b", {}, count(total))),
      el("div", { class: "strip", "aria-hidden": "true" }, parts.filter((p) => p.n).map((p) =>
        el("i", { style: { width: `${(100 * p.n) / total}%`, background: colour(p.colour) } }))),
      el("ul", { class: "legend" }, parts.map((p) =>
        el("li", {}, swatch(p.colour), el("span", {}, `${p.name} `, el("b", {}, count(p.n)), ` (${share(p.n, total)})`)))));
  };

  const drawMoved = () => {
    const rows = verdicts(), total = (verdict, value) => sum(of(rows, verdict), value);
    const p = total("phantom_late", (v) => v.dossiers), h = total("hidden_late", (v) => v.dossiers);
    const part = (verdict, n) => ({ n, name: word(verdict), colour: VERDICT_COLOUR[verdict] });
    const all = recordedLate(rows), unreceived = unreceivedLate(rows);
    const box = byId("moved").querySelector("div");
    put(box,
      el("p", { class: "lead" }, p + h ? word("moved_lead", { n: count(p + h), p: count(p), h: count(h) }) : word("moved_none")),
      el("div", { class: "cols" },
        stack(word("recorded_late_bar"), [
          part("late", total("late", (v) => v.dossiers)), part("phantom_late", p),
          part("undetermined", total("undetermined", (v) => v.late))]),
        stack(word("recorded_ok_bar"), [
          part("on_time", total("on_time", (v) => v.dossiers)), part("hidden_late", h),
          part("undetermined", total("undetermined", (v) => v.dossiers - v.late))])),
      followTotals([["truly-late", total("late", (v) => v.dossiers), word("late")], ["on-time", total("on_time", (v) => v.dossiers), word("on_time")]]),
      unreceived ? el("p", { class: "muted" }, word("recorded_late_note", { all: count(all), n: count(unreceived), form: count(all - unreceived) })) : null,
      p ? [el("h3", {}, word("reasons_title")), sourceLegend(of(rows, "phantom_late")), reasonTable(of(rows, "phantom_late"), word("reasons_caption")), followList("phantom", of(rows, "phantom_late"))] : null);
  };

  const sourceLegend = (rows) =>
    el("ul", { class: "legend", style: { marginBottom: ".6rem" } }, bySource(rows).map((s) =>
      el("li", {}, swatch(`s${(s.name % 5) + 1}`), el("span", {}, `${sourceTitle(s.name)} `, el("b", {}, count(s.dossiers))))));

  const reasonTable = (rows, caption) => {
    const reasons = grouped(rows, (v) => v.reason), total = sum(rows, (v) => v.dossiers);
    const most = reasons.length ? reasons[0].dossiers : 1;
    return table([
      { title: word("reason"), cell: (r) => [reasonText(r.name), el("div", { class: "meter", "aria-hidden": "true" },
        bySource(r.members).map((s) =>
          el("i", { style: { width: `${(100 * s.dossiers) / most}%`, background: colour(`s${(s.name % 5) + 1}`) } })))] },
      { title: word("dossiers"), number: true, cell: (r) => count(r.dossiers) },
      { title: word("share"), number: true, cell: (r) => share(r.dossiers, total) },
      { title: word("source"), cell: (r) => bySource(r.members).map((s) =>
        el("span", { class: "from", title: sourceTitle(s.name) }, swatch(`s${(s.name % 5) + 1}`),
          el("span", { class: "unseen" }, `${sourceTitle(s.name)}: `), share(s.dossiers, total))) },
      { title: word("remedy"), cell: (r) => remedyText(r.name) },
    ], reasons, { caption, cards: true });
  };

  // -- the trend

  const months = () =>
    [...new Set([...Object.keys(data.rates[state.unit] ?? {}), ...Object.keys(data.spans.rates[state.unit] ?? {})])].filter((p) => /^\d{4}-\d\d$/.test(p)).sort().map((month) => {
      const [rn, rd, , recorded] = rate(state.unit, month, "recorded");
      const [cn, cd, , cleaned, lower, upper] = rate(state.unit, month, "cleaned");
      return {
        month, recorded, cleaned, lower, upper,
        recorded_text: `${percent(recorded)} (${count(rn)}/${count(rd)})`,
        cleaned_text: `${percent(cleaned)} (${count(cn)}/${count(cd)})`,
        interval_text: lower === null ? word("none") : `${decimal(lower)} – ${decimal(upper)} %`,
      };
    });

  const drawTrend = () => {
    const rows = months(), style = getComputedStyle(document.body);
    byId("trend-lead").textContent = word("trend_lead", { indicator: text(data.meta.indicator) });
    put(byId("trend-legend"),
      el("li", {}, swatch("recorded-mark", "dash"), word("chart_recorded")),
      el("li", {}, swatch("cleaned-mark", "line"), word("chart_cleaned")),
      el("li", {}, swatch("band"), word("chart_interval")));
    byId("trend-chart").setAttribute("aria-label", word("trend_alt"));
    const ink = style.getPropertyValue("--soft").trim(), grid = style.getPropertyValue("--line").trim();
    const theme = {
      background: "transparent", font: style.fontFamily, view: { stroke: null },
      axis: { labelColor: ink, gridColor: grid, domainColor: grid, labelFontSize: 12, labelPadding: 8 },
    };
    const comma = state.language === "vi" ? { decimal: ",", thousands: "." } : { decimal: ".", thousands: "," };
    vegaEmbed(byId("trend-chart"), { ...charts[state.language], datasets: { months: rows } }, {
      actions: false, ast: true, renderer: "svg", config: theme, tooltip: { theme: "none" },
      formatLocale: { ...comma, grouping: [3], currency: ["", ""] },
    }).then(() => byId("trend-chart").setAttribute("data-drawn", `${state.language} ${state.unit}`));
    put(byId("trend-table"), table([
      { title: word("month"), cell: (m) => `${m.month.slice(5)}/${m.month.slice(0, 4)}` },
      { title: word("chart_recorded"), number: true, cell: (m) => m.recorded_text },
      { title: word("chart_cleaned"), number: true, cell: (m) => m.cleaned_text },
      { title: word("chart_interval"), number: true, cell: (m) => m.interval_text },
    ], rows));
  };

  // -- agencies

  const unitRows = () => unitCodes.map((code, at) => {
    const rows = unitVerdicts[at] ?? [];
    const total = (verdict) => sum(rows.filter((v) => v[2] === verdict), (v) => v[4]);
    const recorded = chosenRate(code, "recorded"), cleaned = chosenRate(code, "cleaned");
    return {
      code, name: unitName(code), recorded: recorded[3], cleaned: cleaned[3], lower: cleaned[4], upper: cleaned[5],
      handled: cleaned[1] + cleaned[2], r: recorded, c: cleaned, phantom: total("phantom_late"), hidden: total("hidden_late"),
      open: total("undetermined"), correct: sum(rows, (v) => v[6]),
      ranks: whole() ? data.ranks[code] : data.spans.ranks[code]?.[state.period],
      standing: whole() ? data.standing[code] ?? "few" : cleaned[1] < data.meta.smallest ? "few" : "",
    };
  });
  const unitVerdicts = [];
  for (const row of data.verdicts) (unitVerdicts[row[1]] ??= []).push(row);

  let low = 0; // left end of the small scales: the same for every agency
  const RANK = { below: 0, same: 1, above: 2 };
  const ranked = (row, key) => (key === "rank" ? (row.ranks ? row.ranks[1] + row.ranks[2] : null) : key === "standing" ? RANK[row.standing] ?? null
    : ["recorded", "cleaned", "lower"].includes(key) && row.standing === "few" ? null : row[key]);
  const sorted = (rows) => [...rows].sort((a, b) => {
    const x = ranked(a, state.sort), y = ranked(b, state.sort);
    if (x === null || y === null) return (x === null) - (y === null) || b.handled - a.handled; // not ranked: last, either way
    const order = typeof x === "string" ? x.localeCompare(y, locale()) : x - y;
    return (state.down ? -order : order) || b.handled - a.handled;
  });

  const lowest = (rows) => {
    const found = rows.filter((r) => r.standing !== "few").flatMap((r) => [r.recorded, r.lower]).filter((x) => x !== null);
    return found.length ? Math.min(90, Math.floor(Math.min(...found) / 10) * 10) : 0;
  };
  const dots = (row) => {
    if (row.cleaned === null) return null;
    const at = (x) => 4 + (112 * Math.max(0, x - low)) / (100 - low);
    return svg("svg", { class: "dots", viewBox: "0 0 120 20", "aria-hidden": "true" },
      svg("line", { x1: 4, x2: 116, y1: 10, y2: 10, stroke: "var(--line)", "stroke-width": 2 }),
      svg("rect", { x: at(row.lower), width: Math.max(1.5, at(row.upper) - at(row.lower)), y: 4, height: 12, rx: 2, fill: "var(--band)" }),
      row.recorded === null ? null : svg("circle", { cx: at(row.recorded), cy: 10, r: 3.5, fill: "var(--card)", stroke: "var(--recorded-mark)", "stroke-width": 2 }),
      svg("circle", { cx: at(row.cleaned), cy: 10, r: 4, fill: "var(--cleaned-mark)" }));
  };

  // What stands in verdicts is of the whole span: it has no column beside figures of a period.
  const columns = () => COLUMNS.filter((c) => whole() || !["phantom", "hidden", "open", "correct", "standing"].includes(c.key));
  const COLUMNS = [
    { key: "name", title: "unit", cell: (r) => [el("button", { type: "button", onclick: () => choose(r.code) }, r.name), el("small", {}, r.code)] },
    { key: "handled", title: "handled", number: true, cell: (r) => count(r.handled) },
    { key: "recorded", title: "col_recorded", number: true, cell: (r) => [percent(r.recorded), el("small", {}, `${count(r.r[0])}/${count(r.r[1])}`)] },
    { key: "cleaned", title: "col_cleaned", number: true, cell: (r) => [percent(r.cleaned), el("small", {}, `${count(r.c[0])}/${count(r.c[1])}`)] },
    { key: "lower", title: "col_interval", cell: (r) => [dots(r), el("small", {}, r.lower === null ? word("none") : `${decimal(r.lower)} – ${decimal(r.upper)} %`)] },
    { key: "phantom", title: "col_phantom", number: true, cell: (r) => count(r.phantom) },
    { key: "hidden", title: "col_hidden", number: true, cell: (r) => count(r.hidden) },
    { key: "open", title: "col_undetermined", number: true, cell: (r) => count(r.open) },
    { key: "correct", title: "col_correct", number: true, cell: (r) => el("b", {}, count(r.correct)) },
    { key: "rank", title: "col_rank", cell: (r) => (r.ranks ? [el("span", { class: "tag" }, word("band", { n: count(r.ranks[0]) })),
      el("small", {}, word(r.ranks[1] === r.ranks[2] ? "rank_one" : "rank_span", { a: count(r.ranks[1]), b: count(r.ranks[2]), n: count(r.ranks[3]) }))] : el("span", { class: "tag few" }, word("few"))) },
    { key: "standing", title: "col_standing", cell: (r) => el("span", { class: `tag ${r.standing}` }, word(r.standing)) },
  ];

  const sortBy = (key) => {
    state.down = state.sort === key ? !state.down : key !== "name";
    state.sort = key;
    drawUnits();
    byId("units-table").querySelector(`[data-sort="${key}"]`).focus();
  };

  const drawUnits = () => {
    const wanted = folded(state.filter);
    const all = unitRows();
    low = lowest(all);
    const rows = sorted(all.filter((r) => folded(`${r.name} ${r.code}`).includes(wanted)));
    byId("units-lead").textContent = word("units_lead", { n: count(data.meta.smallest) });
    byId("units-count").textContent = word("units_count", { n: count(rows.length) });
    const heading = (c) => el("th", { scope: "col", class: c.number ? "n" : null, "aria-sort": state.sort === c.key ? (state.down ? "descending" : "ascending") : null },
      el("button", { type: "button", "data-sort": c.key, onclick: () => sortBy(c.key) }, word(c.title)));
    put(byId("units-table"), el("table", {},
      el("caption", { id: "units-caption" }, `${text(data.meta.indicator)}, ${whole() ? "" : `${periodName(state.period)}, `}${word("as_of", { date: day(data.meta.as_of) }).toLowerCase()}`),
      el("thead", {}, el("tr", {}, columns().map(heading))),
      el("tbody", {}, rows.map((r) => el("tr", { class: r.code === state.unit ? "chosen" : null, "data-unit": r.code },
        columns().map((c, at) => el(at ? "td" : "th", { scope: at ? null : "row", class: c.number ? "n" : null }, c.cell(r))))))));
  };

  // -- hidden late, missing evidence, checks, gates, freshness

  const drawInspect = () => {
    const hidden = of(verdicts(), "hidden_late"), box = byId("inspect").querySelector("div");
    const n = sum(hidden, (v) => v.dossiers);
    put(box, el("p", { class: "lead" }, n ? word("inspect_lead", { n: count(n) }) : word("inspect_none")),
      n ? table([
        { title: word("reason"), cell: (r) => reasonText(r.name) },
        { title: word("dossiers"), number: true, cell: (r) => count(r.dossiers) },
        { title: word("share"), number: true, cell: (r) => share(r.dossiers, n) },
        { title: word("inspect_where"), cell: (r) => grouped(r.members, (v) => v.unit).slice(0, 3).map((u) =>
          `${unitName(unitCodes[u.name])} (${count(u.dossiers)})`).join("; ") },
        { title: word("remedy"), cell: (r) => remedyText(r.name) },
      ], grouped(hidden, (v) => v.reason), { cards: true }) : null, n ? followList("hidden", hidden) : null, deletions());
  };

  // A dossier that is deleted leaves the figures as one that was never there: so it is told beside what its agency had open.
  const deletions = () => {
    const rows = data.deletions.filter(([unit]) => state.unit === "*" || unit === state.unit);
    const n = sum(rows, (r) => r[1]), late = sum(rows, (r) => r[2]), all = sum(of(verdicts(), "deleted"), (v) => v.dossiers);
    return all ? [el("h3", {}, word("deleted_title")), el("p", { class: "muted" }, word("deleted_lead", { all: count(all), n: count(n), late: count(late) })),
      rows.length ? table([
        { title: word("unit"), cell: (r) => [unitName(r[0]), r[0] === "?" ? null : el("small", {}, r[0])] },
        { title: word("deleted_open"), number: true, cell: (r) => count(r[1]) },
        { title: word("deleted_late"), number: true, cell: (r) => el("b", {}, count(r[2])) },
        { title: word("deleted_worst"), cell: (r) => word("deleted_day", { day: day(r[3]), n: count(r[4]), open: count(r[5]), share: share(r[4], r[5]) }) },
      ], rows, { cards: true }) : null, followTotals([["deleted", all, word("deleted_all")]])] : null;
  };

  const drawMissing = () => {
    const open = of(verdicts(), "undetermined"), box = byId("missing").querySelector("div");
    const n = sum(open, (v) => v.dossiers);
    put(box, el("p", { class: "lead" }, n ? word("missing_lead", { n: count(n) }) : word("missing_none")),
      n ? table([
        { title: word("missing"), cell: (r) => reasonText(r.name) },
        { title: word("dossiers"), number: true, cell: (r) => count(r.dossiers) },
        { title: word("source"), cell: (r) => grouped(r.members, (v) => v.source).map((s) => `${sourceTitle(s.name)} (${count(s.dossiers)})`).join("; ") },
      ], grouped(open, (v) => v.reason), { cards: true }) : null, n ? followList("undetermined", open) : null);
  };

  const SHOWN = 12, GRAVITY = { fail: 0, warn: 1, info: 2 };
  const drawChecks = () => {
    const found = grouped(chosen(data.findings).map(([source, unit, check, severity, dossiers, waived]) => ({ source, unit, check, severity, dossiers, waived })), (f) => f.check)
      .filter((f) => f.dossiers)
      .sort((a, b) => GRAVITY[a.members[0].severity] - GRAVITY[b.members[0].severity] || b.dossiers - a.dossiers);
    const box = byId("checks").querySelector("div"), n = sum(found, (f) => f.dossiers);
    const waived = sum(chosen(data.findings), (f) => f[5]);
    const listed = (some) => table([
        { title: word("check"), cell: (f) => text(data.checks[f.name]) || f.name },
        { title: word("severity"), cell: (f) => el("span", { class: `tag ${f.members[0].severity}` }, word(`severity_${f.members[0].severity}`)) },
        { title: word("dossiers"), number: true, cell: (f) => count(f.dossiers) },
        { title: word("owner"), cell: (f) => (data.checks[f.name] ? word(`owner_${data.checks[f.name].owner}`) : "") },
        { title: word("basis"), cell: (f) => text(data.checks[f.name]?.reference) },
      ], some, { cards: true });
    put(box, el("p", { class: "lead" }, n ? word("checks_lead", { n: count(n), c: count(found.length) }) : word("checks_none"),
      waived ? " " + word("checks_waived", { n: count(waived) }) : ""),
      n ? listed(found.slice(0, SHOWN)) : null,
      found.length > SHOWN ? el("details", {}, el("summary", {}, word("checks_rest", { n: count(found.length - SHOWN) })), listed(found.slice(SHOWN))) : null);
  };

  // -- quality: the share of dossiers with nothing to correct

  const SCORED = 10, BY = ["unit", "procedure", "source"], TREND_TAG = { better: "above", worse: "below", same: "same" };
  const scoreOf = (row) => (row[1] ? (100 * row[2]) / row[1] : null);
  const scoreName = { unit: unitName, source: (name) => data.sources[name] ?? name, procedure: (code) => data.quality.procedures[code] ?? (code === "?" ? word("unknown_procedure") : code) };
  const monthName = (month) => `${month.slice(5)}/${month.slice(0, 4)}`;
  const lowestScore = (rows) => {
    const seen = rows.flatMap((r) => r[4]).filter(([held]) => held).map(([held, right]) => (100 * right) / held);
    return seen.length ? Math.min(90, Math.floor(Math.min(...seen) / 10) * 10) : 0;
  };
  const spread = (months) => {
    const seen = months.filter(([held]) => held).map(([held, right]) => (100 * right) / held);
    return seen.length < 2 ? "" : `${decimal(Math.min(...seen), 0)} – ${decimal(Math.max(...seen), 0)} %`;
  };
  const spark = (months, from) => {
    const x = (at) => 4 + (132 * at) / Math.max(1, months.length - 1), y = (score) => 25 - (22 * (score - from)) / (100 - from);
    const points = months.map(([held, right], at) => (held ? [x(at), y((100 * right) / held)] : null)), known = points.filter(Boolean), last = known.at(-1);
    const line = points.map((p, at) => (p ? `${at && points[at - 1] ? "L" : "M"}${p[0].toFixed(1)} ${p[1].toFixed(1)}` : "")).join("");
    return known.length < 2 ? null : svg("svg", { class: "spark", viewBox: "0 0 140 28", "aria-hidden": "true" },
      svg("line", { x1: 4, x2: 136, y1: 25, y2: 25, stroke: "var(--line)" }),
      svg("path", { d: line, fill: "none", stroke: "var(--cleaned-mark)", "stroke-width": 2, "stroke-linejoin": "round", "stroke-linecap": "round" }),
      svg("circle", { cx: last[0], cy: last[1], r: 3, fill: "var(--cleaned-mark)" }));
  };
  const scoreTable = (rows, by, from) => table([
      { title: word(`quality_${by}`), cell: (r) => [scoreName[by](r[0]), by === "source" || r[0] === "?" ? null : el("small", {}, r[0])] },
      { title: word("dossiers"), number: true, cell: (r) => count(r[1]) },
      { title: word("quality_score"), number: true, cell: (r) => [el("b", {}, share(r[2], r[1])), el("small", {}, `${count(r[2])}/${count(r[1])}`)] },
      { title: word("quality_months", { n: count(data.quality.months.length) }), cell: (r) => [spark(r[4], from), el("small", { "aria-hidden": "true" }, spread(r[4])), el("span", { class: "unseen" },
        data.quality.months.map((m, at) => `${monthName(m)}: ${share(r[4][at][1], r[4][at][0])}`).join("; "))] },
      { title: word("quality_trend"), cell: (r) => el("span", { class: `tag ${r[1] < data.meta.smallest ? "few" : TREND_TAG[r[3]]}` }, word(r[1] < data.meta.smallest ? "few" : `trend_${r[3]}`)) },
    ], rows, { cards: true });

  const drawQuality = () => {
    const only = state.unit !== "*", by = only ? "unit" : state.by, all = data.quality[by] ?? [];
    const rows = (only ? all.filter((r) => r[0] === state.unit) : [...all])
      .sort((a, b) => (a[1] < data.meta.smallest) - (b[1] < data.meta.smallest) || scoreOf(a) - scoreOf(b) || (a[0] < b[0] ? -1 : 1));
    const whole = only ? rows[0] : data.quality.total, from = lowestScore(only ? rows : rows.slice(0, SCORED));
    put(byId("quality-lead"), whole && whole[1]
      ? [word("quality_lead", { score: share(whole[2], whole[1]), n: count(whole[1] - whole[2]) }), " ", word(`quality_${whole[3]}`)] : word("quality_none"));
    const tabs = byId("quality-tabs");
    tabs.hidden = only;
    put(tabs, tabs.firstElementChild, BY.map((name) =>
      el("button", { type: "button", "data-by": name, "aria-pressed": String(name === by), onclick: () => { state.by = name; drawQuality(); byId("quality-tabs").querySelector(`[data-by="${name}"]`).focus(); } }, word(`quality_${name}`))));
    put(byId("quality-table"), rows.length ? scoreTable(rows.slice(0, SCORED), by, from) : null,
      rows.length > SCORED ? el("details", {}, el("summary", {}, word("quality_rest", { n: count(rows.length - SCORED) })), scoreTable(rows.slice(SCORED), by, lowestScore(rows.slice(SCORED)))) : null);
    drawLoop(only);
    put(byId("audits"), data.quality.audits.map((a) => el("p", { class: "muted" }, word("audit", { month: monthName(a[0]), all: count(a[1]), n: count(a[2]), wrong: count(a[3]), most: decimal(a[4], 1) }))));
  };

  // Work packages: who has never answered stands first.
  const loopTable = (rows) => table([
      { title: word("quality_unit"), cell: (r) => [unitName(r[0]), r[0] === "?" ? null : el("small", {}, r[0])] },
      { title: word("loop_asked"), number: true, cell: (r) => count(r[1]) },
      { title: word("loop_answered"), number: true, cell: (r) => (r[2] ? [el("b", {}, share(r[2], r[1])), el("small", {}, `${count(r[2])}/${count(r[1])}`)] : el("span", { class: "tag below" }, word("loop_never"))) },
      { title: word("loop_in_time"), number: true, cell: (r) => count(r[3]) },
      { title: word("loop_verified"), number: true, cell: (r) => count(r[4]) },
      { title: word("loop_again"), number: true, cell: (r) => count(r[5]) },
      { title: word("loop_hours"), number: true, cell: (r) => (r[6] === null ? "–" : decimal(r[6], 1)) },
    ], rows, { cards: true });
  const drawLoop = (only) => {
    const rows = only ? data.quality.loop.filter((r) => r[0] === state.unit) : data.quality.loop;
    put(byId("loop-table"), rows.length ? el("details", { open: only }, el("summary", {}, word("loop_title", { n: count(rows.filter((r) => !r[2]).length) })),
      loopTable(rows.slice(0, SCORED)), rows.length > SCORED ? el("details", {}, el("summary", {}, word("quality_rest", { n: count(rows.length - SCORED) })), loopTable(rows.slice(SCORED))) : null) : null);
  };

  const drawGates = () => {
    const gates = [...data.gates.rows].sort((a, b) => a.success - b.success || b.unexpected - a.unexpected);
    const ok = gates.filter((g) => g.success).length, n = gates.length;
    const lead = !n ? word("gates_none") : word(ok === n ? "gates_all" : "gates_some", { ok: count(ok), n: count(n) });
    put(byId("gates").querySelector("div"), el("p", { class: "lead" }, lead),
      n ? el("details", { open: ok < n }, el("summary", {}, word("gates_table")), table([
        { title: word("gate"), cell: (g) => word(`gate_${g.gate}`) },
        { title: word("subject"), cell: (g) => text(data.gates.words[g.subject]) },
        { title: word("expectation"), cell: (g) => text(data.gates.words[g.expectation]) },
        { title: word("result"), cell: (g) => el("span", { class: `tag ${g.success ? "held" : "broken"}` }, word(g.success ? "held" : "broken")) },
        { title: word("checked"), number: true, cell: (g) => count(g.checked) },
        { title: word("unexpected"), number: true, cell: (g) => count(g.unexpected) },
        { title: word("tolerance"), number: true, cell: (g) => `${decimal(100 * g.tolerance, 1)} %` },
      ], gates, { cards: true })) : null);
  };

  const drawFresh = () => {
    put(byId("fresh").querySelector("div"), data.pulls.length ? table([
      { title: word("source"), cell: (p) => p.title },
      { title: word("last_good"), cell: (p) => [minute(p.good_at), p.silent_since ? el("small", {}, word("silent_since", { day: day(p.silent_since) })) : null] },
      { title: word("state"), cell: (p) => [el("span", { class: `tag ${p.state}` }, word(`state_${p.state}`)), p.error ? el("small", {}, p.error) : null] },
      { title: word("records"), number: true, cell: (p) => count(p.records) },
      { title: word("rejected"), number: true, cell: (p) => count(p.rejected) },
    ], data.pulls, { cards: true }) : el("p", { class: "lead" }, word("fresh_none")));
  };

  const drawAbout = () => {
    const meta = data.meta, rows = [
      ["about_policy", `${text(meta.policy_title)} – ${meta.reference}`], ["about_publication", meta.publication_id],
      ["about_published", minute(meta.published_at)], ["about_dossiers", count(meta.dossiers)],
      ["about_counts", meta.counts_digest], ["about_rules", meta.rules_digest], ...(meta.seal ? [["about_seal", meta.seal]] : [])];
    byId("about-paper").textContent = word("about_paper", { id: meta.publication_id, digest: meta.counts_digest });
    put(byId("about-list"), rows.map(([name, value]) => [el("dt", {}, word(name)), el("dd", {}, value)]));
  };

  // -- the whole page

  // The workbooks beside the page hold every agency, in each language.
  const workbook = (take) => data.tables?.[state.language]?.[take];
  const takeTable = ({ take, of }) => workbook(take) && el("a", { href: workbook(take), download: true }, word("take_table"), el("span", { class: "unseen" }, `: ${word(of)}`));

  const drawFrame = () => {
    document.documentElement.lang = state.language;
    document.title = word("title");
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
    for (const node of document.querySelectorAll("[data-take]")) put(node, takeTable(node.dataset));
    for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", button.dataset.language === state.language);
    byId("policy").textContent = text(data.meta.policy_title);
    byId("as-of").textContent = word("as_of", { date: day(data.meta.as_of) });
    const limited = [state.unit === "*" ? null : unitName(state.unit), whole() ? null : periodName(state.period)].filter(Boolean);
    byId("status").textContent = limited.length ? word("filtered", { unit: limited.join(", ") }) : "";
    byId("period-note").hidden = whole();
    byId("standing-note").hidden = !whole();
    put(byId("period"), ["*", ...Object.keys(data.spans.names)].map((name) => el("option", { value: name, selected: name === state.period }, capital(periodName(name)))));
    const names = unitCodes.map((code) => ({ code, name: unitName(code) })).sort((a, b) => a.name.localeCompare(b.name, locale()));
    put(byId("unit"), [{ code: "*", name: word("all_units") }, ...names].map((u) => el("option", { value: u.code, selected: u.code === state.unit }, u.name)));
  };

  const draw = () => {
    for (const part of [drawFrame, drawStale, drawThree, drawKeys, drawMoved, drawTrend, drawUnits, drawInspect, drawMissing, drawChecks, drawQuality, drawGates, drawFresh, drawAbout]) part();
  };
  const remember = () => {
    const hash = new URLSearchParams({ lang: state.language, ...(state.unit === "*" ? {} : { unit: state.unit }), ...(whole() ? {} : { period: state.period }) });
    history.replaceState(null, "", `#${hash}`);
  };
  const change = (values) => {
    Object.assign(state, values);
    remember();
    draw();
  };
  const choose = (unit) => {
    change({ unit });
    byId("unit").focus({ preventScroll: true });
    byId("main").scrollIntoView();
  };

  const asked = new URLSearchParams(location.hash.slice(1));
  if (allWords[asked.get("lang")]) state.language = asked.get("lang");
  if (data.units[asked.get("unit")]) state.unit = asked.get("unit");
  if (data.spans.names[asked.get("period")]) state.period = asked.get("period");
  byId("period").addEventListener("change", (event) => change({ period: event.target.value }));
  byId("unit").addEventListener("change", (event) => change({ unit: event.target.value }));
  byId("filter").addEventListener("input", (event) => { state.filter = event.target.value; drawUnits(); });
  byId("print").addEventListener("click", () => window.print());
  for (const button of document.querySelectorAll("[data-language]")) button.addEventListener("click", () => change({ language: button.dataset.language }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTrend);
  draw();
})();
