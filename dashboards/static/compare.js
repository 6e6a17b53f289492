// Two to four areas side by side: reads the choice from the address, and draws what is published of each.
(function () {
  "use strict";

  var root = document.documentElement;
  var form = document.querySelector(".compare");
  // Why there is no value: a letter of the data, the state whose sign it has, and its word.
  var words = JSON.parse(form.dataset.words), above = JSON.parse(form.dataset.above);
  var picks = Array.prototype.slice.call(form.querySelectorAll("select"));
  var quick = form.querySelector(".quick");
  var chosenList = document.querySelector(".chosen"), charts = document.querySelector(".comparison");
  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  // Isolates, as in bidi.py; the controls that a browser itself puts beside signs are left out, as there.
  var FIRST = "\u2068", LTR = "\u2066", OPEN = root.dir === "rtl" ? "\u2067" : LTR, CLOSE = "\u2069";
  var CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
  var TICKS = 5;

  // A number as the page's language writes it, by the form that its unit has in theme.py.
  function written(pattern, value) {
    var text = new Intl.NumberFormat(root.lang, {
      numberingSystem: "latn", style: pattern.percent ? "percent" : "decimal",
      minimumFractionDigits: pattern.decimals[0], maximumFractionDigits: pattern.decimals[1]
    }).format(value);
    return pattern.before + text.replace(CONTROLS, "");
  }

  function filled(text, parts) {
    return text.replace(/\{(\w+)\}/g, function (_, key) { return parts[key]; });
  }

  function element(tag, attributes, text) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      if (attributes[key]) { made.setAttribute(key, attributes[key]); }
    });
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function area(code) {
    var option = document.getElementById(code);
    return { code: code, name: option.textContent, lang: option.lang, dir: option.dir };
  }

  // The areas of the address, each once, that can be chosen; four at most.
  function chosen() {
    var codes = window.location.hash.slice(1).split(",").map(function (part) {
      try { return decodeURIComponent(part); } catch (broken) { return ""; }
    });
    return codes.filter(function (code, n) {
      return code && codes.indexOf(code) === n && picks[0].querySelector("option[value=" + JSON.stringify(code) + "]");
    }).slice(0, picks.length);
  }

  function choose(codes) {
    window.location.replace("#" + codes.filter(Boolean).map(encodeURIComponent).join(","));
  }

  // One cell of the data: a number, with a mark where parts are left out, or the letter of why there is none.
  function read(cell) {
    var isNumber = /\d/.test(cell);
    return {
      value: isNumber ? parseFloat(cell) : null,
      isPartial: isNumber && /p$/.test(cell),
      why: isNumber ? null : words.filter(function (why) { return why[0] === cell; })[0]
    };
  }

  function said(pattern, point) { return point.why ? point.why[2] : written(pattern, point.value); }

  function position(period) {
    var parts = /^(\d{4})(?:-Q(\d)|-(\d\d))?$/.exec(period);
    return +parts[1] + (parts[2] ? (parts[2] - 1) / 4 : parts[3] ? (parts[3] - 1) / 12 : 0);
  }

  // An axis of about four round steps around the values, as round_axis in axes.py.
  function valueAxis(values, shape) {
    var low = shape.zero ? 0 : Math.min.apply(null, values), high = Math.max.apply(null, values);
    var rough = (high > low ? high - low : Math.max(Math.abs(high), 1)) / 4;
    var power = Math.pow(10, Math.floor(Math.log10(rough)));
    var round = power * [1, 2, 5, 10].filter(function (factor) { return factor * power >= rough * 0.999; })[0];
    var step = Math.max(round, shape.finest);
    var first = Math.floor(low / step + 1e-9), last = Math.ceil(high / step - 1e-9);
    if (first === last) { last += 1; }
    if (shape.ceiling && last * step > shape.ceiling && high <= shape.ceiling) {
      last = Math.max(Math.floor(shape.ceiling / step + 1e-9), first + 1);
    }
    var ticks = [];
    for (var n = first; n <= last; n += 1) { ticks.push(+(n * step).toFixed(6)); }
    var texts = ticks.map(function (tick) { return written(shape.tick, tick); });
    var top = Math.max(ticks[ticks.length - 1], high);
    return {
      room: 12 + Math.round(7.3 * Math.max.apply(null, texts.map(function (text) { return text.length; }))),
      axis: { tickvals: ticks, ticktext: texts.map(function (t) { return LTR + t + CLOSE; }),
        range: [ticks[0], top + 0.06 * (top - ticks[0])] }
    };
  }

  // Periods as far apart as their names need, counted back from the last.
  function timeAxis(places, names) {
    var low = places[0], high = places[places.length - 1], reach = Math.max(high - low, 1), ticks = [], texts = [];
    for (var n = places.length - 1; n >= 0; n -= 1) {
      if (!ticks.length || ticks[0] - places[n] >= (high - low) / (TICKS - 1)) {
        ticks.unshift(places[n]); texts.unshift(LTR + names[n] + CLOSE);
      }
    }
    return { tickvals: ticks, ticktext: texts, range: [low - 0.05 * reach, high + 0.07 * reach] };
  }

  // The line of one area: cut where there is no value, and where a new way of counting begins.
  function line(part, points, places, look, texts) {
    var trace = { type: "scatter", mode: "lines+markers", x: [], y: [], hovertext: [], hoverinfo: "text", cliponaxis: false,
      line: { color: look[0], width: 2.5 }, marker: { symbol: look[1], size: 10, color: [], line: { color: [], width: 1.5 } } };
    function add(x, y, text, isPartial) {
      trace.x.push(x); trace.y.push(y); trace.hovertext.push(text);
      trace.marker.color.push(isPartial ? "#ffffff" : look[0]);
      trace.marker.line.color.push(isPartial ? look[0] : "#ffffff");
    }
    points.forEach(function (point, n) {
      if (part.starts.indexOf(n) >= 0 || point.value === null) { add(null, null, "", false); }
      if (point.value !== null) { add(places[n], point.value, texts[n], point.isPartial); }
    });
    return trace;
  }

  function compare(figure, areas) {
    var part = window.compared[figure.id.replace(/^compare-/, "")], shape = JSON.parse(figure.dataset.form);
    var places = part.periods.map(position);
    var points = areas.map(function (one) { return part.areas[one.code].split(";").map(read); });
    var values = [].concat.apply([], points).map(function (p) { return p.value; }).filter(function (v) { return v !== null; });
    var plot = figure.querySelector(".lines"), empty = figure.querySelector(".empty");
    table(figure, part, areas, points, shape);
    gaps(figure, part, areas, points);
    summary(figure, part, areas, points, shape);
    plot.hidden = !values.length;
    empty.hidden = !plot.hidden;
    empty.textContent = values.length ? "" : form.dataset.none;
    if (!values.length) { return; }
    var traces = areas.map(function (one, n) {
      var texts = points[n].map(function (point, row) {
        var text = filled(form.dataset.valueOf, { area: FIRST + one.name + CLOSE, period: LTR + part.names[row] + CLOSE,
          value: isolated(shape, point) });
        return OPEN + text + CLOSE;
      });
      return line(part, points[n], places, window.seriesLooks[n], texts);
    });
    var axis = valueAxis(values, shape);
    window.Plotly.react(plot, traces, {
      template: window.chartTemplates.trend, height: 300, margin: { l: axis.room, r: 8, t: 14, b: 26 },
      xaxis: timeAxis(places, part.names), yaxis: axis.axis, transition: still ? { duration: 0 } : undefined,
      shapes: part.breaks.map(function (period) {
        var at = position(period) - 0.5;
        return { type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line: { color: "#54636f", width: 1, dash: "dot" } };
      })
    }, { displayModeBar: false, doubleClick: false, responsive: true, scrollZoom: false, showTips: false });
  }

  function isolated(shape, point) { return point.why ? point.why[2] : LTR + said(shape.value, point) + CLOSE; }

  // The newest reported value of each area, or why it may not be shown; the period once where it is the same of all.
  function summary(figure, part, areas, points, shape) {
    var rows = points.map(function (of) {
      var row = of.length - 1;
      while (row > 0 && of[row].why && !of[row].why[0]) { row -= 1; }
      return row;
    });
    var isOne = rows.every(function (row) { return row === rows[0]; });
    var found = areas.map(function (one, n) {
      return filled(isOne ? form.dataset.value : form.dataset.valueOf, { area: FIRST + one.name + CLOSE,
        period: LTR + part.names[rows[n]] + CLOSE, value: isolated(shape, points[n][rows[n]]) })
        // A value stays with its area at the end of a line.
        .replace(": ", ":\u00a0");
    });
    figure.querySelector("figcaption p").textContent = filled(isOne ? form.dataset.newestOf : form.dataset.newest,
      { values: found.join(" · "), period: LTR + part.names[rows[0]] + CLOSE });
  }

  // The first and last names of each run of neighbouring periods.
  function ranges(names, isThere) {
    var runs = [];
    names.forEach(function (name, n) {
      if (!isThere[n]) { return; }
      if (n && isThere[n - 1]) { runs[runs.length - 1][1] = name; } else { runs.push([name]); }
    });
    return runs;
  }

  // Which periods of an area are not there, reason by reason, with the signs of the page.
  function gaps(figure, part, areas, points) {
    var list = figure.querySelector(".gaps");
    list.textContent = "";
    areas.forEach(function (one, n) {
      words.forEach(function (why) {
        var found = ranges(part.names, points[n].map(function (point) { return point.why === why; }));
        if (!found.length) { return; }
        var item = list.appendChild(element("li"));
        item.appendChild(element("i", { "class": "icon i-" + why[1], "aria-hidden": "true" }));
        var isAll = points[n].every(function (point) { return point.why === why; });
        var text = isAll ? form.dataset.all : form.dataset.gaps;
        item.appendChild(document.createTextNode(" " + filled(text, { area: FIRST + one.name + CLOSE, reason: why[2],
          periods: found.map(function (names) { return LTR + names.join("–") + CLOSE; }).join(form.dataset.comma) })));
      });
    });
    list.hidden = !list.firstChild;
  }

  function table(figure, part, areas, points, shape) {
    var made = element("table"), head = element("thead"), body = element("tbody"), row = element("tr");
    row.appendChild(element("th", { scope: "col" }, form.dataset.period));
    areas.forEach(function (one) { row.appendChild(element("th", { scope: "col", lang: one.lang, dir: one.dir }, one.name)); });
    head.appendChild(row);
    part.periods.forEach(function (_, n) {
      var line = element("tr");
      line.appendChild(element("th", { scope: "row" })).appendChild(element("bdi", {}, part.names[n]));
      points.forEach(function (of) {
        var point = of[n];
        var cell = line.appendChild(element("td", { "class": point.why && "i-" + point.why[1] }));
        cell.appendChild(element("bdi", {}, said(shape.value, point)));
        if (point.isPartial) { cell.appendChild(element("small", {}, " " + form.dataset.partial)); }
      });
      body.appendChild(line);
    });
    made.appendChild(head);
    made.appendChild(body);
    var box = figure.querySelector(".scroll");
    box.textContent = "";
    box.appendChild(made);
  }

  function legend(areas) {
    chosenList.textContent = "";
    areas.forEach(function (one, n) {
      var item = element("li"), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 16 16"); svg.setAttribute("class", "series"); svg.setAttribute("aria-hidden", "true");
      svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
      svg.firstChild.setAttribute("d", window.seriesLooks[n][2]);
      svg.firstChild.setAttribute("fill", window.seriesLooks[n][0]);
      item.appendChild(svg);
      var way = form.dataset.base + "areas/" + one.code + "/index.html";
      item.appendChild(element("a", { href: way, lang: one.lang, dir: one.dir }, one.name));
      chosenList.appendChild(item);
    });
  }

  // What the chosen areas are part of, one press away.
  function offer(codes) {
    quick.querySelectorAll("button").forEach(function (button) { quick.removeChild(button); });
    var found = [];
    codes.forEach(function (code) {
      for (var at = above[code]; at; at = above[at]) {
        if (codes.indexOf(at) < 0 && found.indexOf(at) < 0 && document.getElementById(at)) { found.push(at); }
      }
    });
    found.forEach(function (code) {
      var button = element("button", { type: "button", value: code }, area(code).name);
      button.addEventListener("click", function () { choose(codes.concat(code)); picks[codes.length].focus(); });
      quick.appendChild(button);
    });
    quick.hidden = !found.length || codes.length >= picks.length;
  }

  function show() {
    var codes = chosen(), areas = codes.map(area), status = form.querySelector(".found");
    picks.forEach(function (pick, n) { pick.value = codes[n] || ""; });
    offer(codes);
    status.textContent = areas.length < 2 ? status.dataset.few : "";
    chosenList.hidden = charts.hidden = !areas.length;
    legend(areas);
    if (areas.length) { charts.querySelectorAll("figure").forEach(function (figure) { compare(figure, areas); }); }
    document.querySelectorAll(".languages a").forEach(function (link) { link.hash = codes.join(","); });
    root.setAttribute("data-compared", codes.join(","));
  }

  // Every box offers the same; ids stand once.
  picks.slice(1).forEach(function (pick) {
    Array.prototype.forEach.call(picks[0].children, function (group) { pick.appendChild(group.cloneNode(true)); });
    pick.querySelectorAll("[id]").forEach(function (option) { option.removeAttribute("id"); });
  });
  picks.forEach(function (pick) {
    pick.addEventListener("change", function () { choose(picks.map(function (one) { return one.value; })); });
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  window.addEventListener("hashchange", show);
  show();
})();
