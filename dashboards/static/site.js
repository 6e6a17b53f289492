// The site's only script: draws the figures that pages carry as JSON, and searches the index of areas.
(function () {
  "use strict";

  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  // What is not drawn yet, and how wide a chart is on half a sheet, in pixels of paper.
  var waiting = Array.prototype.slice.call(document.querySelectorAll(".plot")), PAPER_WIDTH = 304;

  // Isolates, as in bidi.py: SVG text runs from left to right unless the string itself says otherwise.
  var open = document.documentElement.dir === "rtl" ? "\u2067" : "\u2066";
  var close = "\u2069";

  // A string without isolates is a number: figures leave them out to be light.
  function isolated(text) {
    return text && !/^[\u2066-\u2068]/.test(text) ? "\u2066" + text + close : text;
  }

  // What shows on pointing at a period is its row in the table under the chart.
  function fromTable(table, row) {
    if (row === null) { return ""; }
    var headers = table.tHead.rows[0].cells;
    return Array.prototype.map.call(table.tBodies[0].rows[row].cells, function (cell, n) {
      var text = "\u2068" + cell.textContent + close;
      return open + (n ? headers[n].textContent + ": " + text : text) + close;
    }).join("<br>");
  }

  // What shows on pointing at the mark of a change is its note on the page, in lines: an annotation breaks none itself.
  function fromNote(note) {
    var lines = [""];
    note.textContent.trim().split(/\s+/).forEach(function (word) {
      if (lines[lines.length - 1].length + word.length > 44) { lines.push(""); }
      lines[lines.length - 1] += word + " ";
    });
    return lines.map(function (line) { return open + line.trim() + close; }).join("<br>");
  }

  // The sign of a state, as an image: the one that stands beside its word on the page.
  function signOf(state) {
    var icon = document.createElement("i");
    icon.className = "icon i-" + state;
    document.body.appendChild(icon);
    var style = window.getComputedStyle(icon);
    var address = style.getPropertyValue("--icon").trim().replace(/^url\("|"\)$/g, "");
    var ink = style.getPropertyValue("--muted").trim().replace("#", "%23");
    document.body.removeChild(icon);
    return address.replace(/black/g, ink);
  }

  // A period without a value has its sign above the chart, where no value can be. On pointing at it, it says what its
  // row says, and a hidden one what the page says of it too.
  function drawGaps(plot, figure) {
    var table = plot.parentNode.querySelector("table");
    var note = plot.parentNode.querySelector(".notes.i-hidden");
    var range = figure.layout.xaxis.range;
    // What the margins leave: a sign is as high in a low chart.
    var high = figure.layout.height - 48;
    figure.layout.images = figure.gaps.map(function (gap) {
      return { source: signOf(gap[1]), xref: "x", yref: "paper", x: gap[0], y: 1.01, xanchor: "center", yanchor: "bottom",
        sizex: (range[1] - range[0]) / 10, sizey: 15.5 / high, sizing: "contain", layer: "above" };
    });
    figure.layout.annotations = figure.layout.annotations.concat(figure.gaps.map(function (gap) {
      var text = fromTable(table, gap[2]);
      if (gap[1] === "hidden" && note) { text += "<br>" + fromNote(note); }
      return { x: gap[0], yref: "paper", y: 1.01, yanchor: "bottom", text: "\u2003", bgcolor: "rgba(0,0,0,0)", hovertext: text };
    }));
  }

  // How a line, a dot or a word looks stands once, in the theme: a figure only names it, and may say more of it.
  function styled(part) {
    var style = window.chartStyles[part.style] || {};
    var all = Object.assign({}, style, part);
    Object.keys(style).forEach(function (key) {
      if (typeof style[key] === "object" && key in part) { all[key] = Object.assign({}, style[key], part[key]); }
    });
    delete all.style;
    if ("text" in all) { all.text = Array.isArray(all.text) ? all.text.map(isolated) : isolated(all.text); }
    return all;
  }

  // The words of dots, each past the end of its interval.
  function wordsOf(dots) {
    var reach = dots.error_x ? dots.error_x.array : [];
    var words = { style: "words", y: dots.y, text: dots.text, x: dots.x.map(function (x, n) { return x + (reach[n] || 0); }) };
    delete dots.text;
    return words;
  }

  function draw(plot) {
    var figure = JSON.parse(plot.nextElementSibling.textContent);
    var layout = figure.layout;
    var withWords = figure.data.filter(function (trace) { return trace.text && trace.type !== "bar"; });
    figure.data = figure.data.concat(withWords.map(wordsOf)).map(styled);
    ["annotations", "shapes"].forEach(function (kind) { layout[kind] = (layout[kind] || []).map(styled); });
    figure.data.forEach(function (trace) {
      if (trace.customdata) {
        trace.hovertext = trace.customdata.map(fromTable.bind(null, plot.parentNode.querySelector("table")));
      }
    });
    layout.annotations.forEach(function (annotation) {
      if (annotation.name) { annotation.hovertext = fromNote(document.getElementById(annotation.name)); }
    });
    if (figure.gaps) { drawGaps(plot, figure); }
    [layout.xaxis, layout.yaxis].forEach(function (axis) {
      if (axis.ticktext) { axis.ticktext = axis.ticktext.map(isolated); }
    });
    // When a screen is turned, the library draws a chart as high as its box is.
    plot.style.height = layout.height + "px";
    layout.template = window.chartTemplates[layout.template];
    layout.transition = still ? { duration: 0 } : undefined;
    window.Plotly.newPlot(plot, figure.data, layout, {
      displayModeBar: false,
      doubleClick: false,
      responsive: true,
      scrollZoom: false,
      showTips: false
    });
  }

  // A drawing is one image to who cannot see it, named by its caption and by what is hidden in it.
  function name(plot) {
    var figure = plot.parentNode;
    var told = [figure.querySelector("figcaption"), figure.querySelector(".notes.i-hidden")].filter(Boolean);
    told.forEach(function (part, n) { part.id = part.id || figure.id + "-" + (n ? "hidden" : "caption"); });
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-labelledby", told.map(function (part) { return part.id; }).join(" "));
  }

  // One chart at a time, so that the first stands before the last is begun.
  function drawNext() {
    if (!waiting.length) {
      document.documentElement.setAttribute("data-drawn", "");
      return;
    }
    var plot = waiting.shift();
    name(plot);
    draw(plot);
    window.setTimeout(drawNext, 0);
  }

  // Two charts stand side by side on a sheet, whatever the width of the screen; what was not drawn yet is drawn for it.
  function fitPaper() {
    while (window.Plotly && waiting.length) { drawNext(); }
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) {
      if (plot.offsetWidth > PAPER_WIDTH) { window.Plotly.relayout(plot, { autosize: false, width: PAPER_WIDTH }); }
    });
  }

  function fitScreen() {
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) {
      if (!plot.layout.autosize) { window.Plotly.relayout(plot, { autosize: true, width: null }); }
    });
  }

  function fold(text) {
    return text.toLowerCase().normalize("NFKD").replace(/[-\u05be\u2013]/g, " ")
      .replace(/[^\p{L}\p{Nd}\s]/gu, "").replace(/\s+/g, " ").trim();
  }

  function search(form) {
    var input = form.querySelector("input");
    var found = form.querySelector(".found");
    var places = Array.prototype.map.call(document.querySelectorAll(".places li"), function (item) {
      return { item: item, text: window.areaSpellings[item.getAttribute("data-c")] || "" };
    });
    function show() {
      var wanted = fold(input.value);
      var count = 0;
      places.forEach(function (place) {
        var fits = place.text.indexOf(wanted) >= 0;
        place.item.hidden = !fits;
        count += fits ? 1 : 0;
      });
      document.querySelectorAll(".region").forEach(function (region) {
        region.hidden = !region.querySelector(".places li:not([hidden])");
      });
      found.textContent = !wanted ? "" : count ? found.dataset.found.replace("{count}", count) : found.dataset.none;
    }
    form.hidden = false;
    input.addEventListener("input", show);
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var first = document.querySelector(".places li:not([hidden]) a");
      if (first && input.value) { window.location.href = first.href; }
    });
    show();
  }

  // A table that is wider than a phone must scroll by keyboard too.
  document.querySelectorAll(".scroll").forEach(function (box) { box.tabIndex = 0; });
  document.querySelectorAll("form.search").forEach(search);
  if (window.Plotly || !waiting.length) { drawNext(); }
  window.addEventListener("beforeprint", fitPaper);
  window.addEventListener("afterprint", fitScreen);
})();
