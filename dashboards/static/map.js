// The map of areas: puts the sign of each area at its place, and writes the list that says the same.
(function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";
  // The drawing in its own units: how wide and how high it is at most, and how large a sign is.
  var WIDTH = 400, HEIGHT = 1120, SIGN = 16, EDGE = 12, NEAR = 26;
  var places = window.places;
  var root = document.documentElement;
  var choice = document.querySelector(".choice");

  function named(kind, number) {
    var name = places.names[root.lang][kind][number];
    return Array.isArray(name) ? { text: name[0], lang: name[1], dir: name[2] } : { text: name };
  }

  function element(tag, attributes, text) {
    var made = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (key) {
      if (attributes[key] !== undefined) { made.setAttribute(key, attributes[key]); }
    });
    if (text !== undefined) { made.textContent = text; }
    return made;
  }

  function shape(tag, attributes) {
    var made = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    return made;
  }

  function linkTo(kind, number) {
    var name = named(kind, number);
    var code = kind ? places.above[number] : places.codes[number];
    return element("a", { href: choice.dataset.base + "areas/" + code + "/index.html", lang: name.lang, dir: name.dir }, name.text);
  }

  // The sign that stands beside its word on the page, as an image in the colour of that word.
  function signOf(figure, code) {
    var badge = element("span", { "class": "badge change i-" + code });
    figure.appendChild(badge);
    var style = window.getComputedStyle(badge);
    var colour = encodeURIComponent(style.color);
    var parts = style.getPropertyValue("--icon").trim().replace(/^url\(["']?|["']?\)$/g, "").replace(/\\/g, "")
      .split("%3C/mask%3E");
    figure.removeChild(badge);
    // What a mask cuts out stays black.
    parts[parts.length - 1] = parts[parts.length - 1].replace(/'black'/g, "'" + colour + "'");
    return parts.join("%3C/mask%3E");
  }

  // Degrees on a plane: a degree of longitude is shorter the farther it is from the equator.
  function project() {
    var known = places.codes.map(function (_, n) { return n; }).filter(function (n) { return places.latitudes[n] !== null; });
    var latitudes = known.map(function (n) { return places.latitudes[n]; });
    var north = Math.max.apply(null, latitudes), south = Math.min.apply(null, latitudes);
    var shrink = Math.cos((north + south) / 2 * Math.PI / 180);
    var eastings = known.map(function (n) { return places.longitudes[n] * shrink; });
    var west = Math.min.apply(null, eastings), east = Math.max.apply(null, eastings);
    var scale = Math.min(WIDTH / ((east - west) || 0.1), HEIGHT / ((north - south) || 0.1));
    var dots = known.map(function (n, i) {
      return { area: n, x: (eastings[i] - west) * scale, y: (north - latitudes[i]) * scale };
    });
    spread(dots);
    return frame(dots);
  }

  // Signs that would hide each other are moved apart, each by half of what is lacking, until none does.
  function spread(dots) {
    for (var round = 0, moved = true; moved && round < 300; round += 1) {
      moved = false;
      for (var i = 0; i < dots.length; i += 1) {
        for (var j = i + 1; j < dots.length; j += 1) {
          var dx = dots[j].x - dots[i].x, dy = dots[j].y - dots[i].y;
          if (Math.abs(dx) >= SIGN || Math.abs(dy) >= SIGN) { continue; }
          var apart = Math.sqrt(dx * dx + dy * dy);
          if (apart >= SIGN) { continue; }
          // Two at one place part along a line of their own.
          var angle = apart ? Math.atan2(dy, dx) : i + j;
          var step = (SIGN - apart) / 2 + 0.05;
          dots[i].x -= Math.cos(angle) * step; dots[i].y -= Math.sin(angle) * step;
          dots[j].x += Math.cos(angle) * step; dots[j].y += Math.sin(angle) * step;
          moved = true;
        }
      }
    }
  }

  function frame(dots) {
    function ends(key) {
      var all = dots.map(function (dot) { return dot[key]; });
      return [Math.min.apply(null, all) - EDGE, Math.max.apply(null, all) + EDGE];
    }
    var x = ends("x"), y = ends("y");
    dots.forEach(function (dot) { dot.x -= x[0]; dot.y -= y[0]; });
    return { dots: dots, width: x[1] - x[0], height: y[1] - y[0] };
  }

  function badgeOf(data, area) {
    var sign = data.signs[data.marks[area]];
    return element("span", { "class": "badge change i-" + sign[0] }, sign[1]);
  }

  function periodOf(data, area) {
    return data.when[area] === null ? "" : data.periods[data.when[area]];
  }

  function draw(figure, plane) {
    var data = JSON.parse(figure.querySelector("script").textContent);
    var field = figure.querySelector(".field");
    var images = data.signs.map(function (sign) { return signOf(figure, sign[0]); });
    var svg = shape("svg", { viewBox: "0 0 " + plane.width.toFixed(1) + " " + plane.height.toFixed(1), role: "img", "aria-labelledby": "c-" + figure.id });
    plane.dots.forEach(function (dot) {
      var mark = data.marks[dot.area];
      var group = shape("g", { "data-c": places.codes[dot.area], "class": "sign " + data.signs[mark][0] });
      group.appendChild(shape("circle", { cx: dot.x.toFixed(1), cy: dot.y.toFixed(1), r: SIGN / 2 }));
      group.appendChild(shape("image", {
        href: images[mark], x: (dot.x - SIGN / 2 + 1).toFixed(1), y: (dot.y - SIGN / 2 + 1).toFixed(1), width: SIGN - 2, height: SIGN - 2
      }));
      svg.appendChild(group);
    });
    var ring = shape("circle", { "class": "ring", r: SIGN / 2 + 2, visibility: "hidden" });
    svg.appendChild(ring);
    field.appendChild(svg);
    var told = element("div", { "class": "told", hidden: "" });
    field.appendChild(told);

    // What is pointed at, or has the focus in the list, has a ring, and says its name, value and how it stands.
    function tell(dot) {
      if (!dot) { told.hidden = true; ring.setAttribute("visibility", "hidden"); return; }
      ring.setAttribute("cx", dot.x); ring.setAttribute("cy", dot.y); ring.setAttribute("visibility", "visible");
      told.textContent = "";
      told.appendChild(linkTo(0, dot.area));
      if (data.values[dot.area]) {
        var line = element("p");
        line.appendChild(element("strong", {}, "\u2066" + data.values[dot.area] + "\u2069"));
        line.appendChild(element("span", { "class": "period" }, " \u2066" + periodOf(data, dot.area) + "\u2069"));
        told.appendChild(line);
      }
      told.appendChild(badgeOf(data, dot.area));
      told.hidden = false;
      var matrix = svg.getScreenCTM(), around = field.getBoundingClientRect();
      var at = new DOMPoint(dot.x, dot.y).matrixTransform(matrix);
      var left = at.x - around.left - told.offsetWidth / 2, top = at.y - around.top, away = SIGN * matrix.a;
      told.style.left = Math.max(0, Math.min(left, around.width - told.offsetWidth)) + "px";
      told.style.top = (top + away + told.offsetHeight > around.height ? top - away - told.offsetHeight : top + away) + "px";
    }

    function nearest(event) {
      var at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      var found = null, least = NEAR * NEAR;
      plane.dots.forEach(function (dot) {
        var far = (dot.x - at.x) * (dot.x - at.x) + (dot.y - at.y) * (dot.y - at.y);
        if (far < least) { found = dot; least = far; }
      });
      return found;
    }

    svg.addEventListener("pointermove", function (event) { tell(nearest(event)); });
    // A finger first reads, and follows the name; a mouse has read already.
    svg.addEventListener("click", function (event) {
      var dot = nearest(event);
      tell(dot);
      if (dot && event.pointerType === "mouse") { told.querySelector("a").click(); }
    });
    field.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") { tell(null); } });
    list(figure, data, function (area) {
      tell(plane.dots.filter(function (dot) { return dot.area === area; })[0]);
    });
    field.hidden = figure.querySelector(".notes").hidden = false;
  }

  // The same in words: the areas under what contains them, by name.
  function list(figure, data, tell) {
    var table = element("table"), head = element("thead"), body = element("tbody"), row = element("tr");
    // One period for all stands once, in the heading.
    var isOne = data.periods.length === 1;
    ["place", "value", "period", "sign"].forEach(function (key) {
      var text = choice.dataset[key] + (isOne && key === "value" ? " \u2066" + data.periods[0] + "\u2069" : "");
      if (!isOne || key !== "period") { row.appendChild(element("th", { scope: "col" }, text)); }
    });
    head.appendChild(row);
    places.above.concat([null]).forEach(function (_, group) {
      var inside = places.codes.map(function (_, n) { return n; }).filter(function (n) {
        return places.groups[n] === (group < places.above.length ? group : null);
      });
      if (!inside.length) { return; }
      if (group < places.above.length) {
        var heading = element("tr", { "class": "group" }), cell = element("th", { colspan: isOne ? 3 : 4, scope: "colgroup" });
        cell.appendChild(linkTo(1, group));
        heading.appendChild(cell);
        body.appendChild(heading);
      }
      inside.sort(function (a, b) { return named(0, a).text.localeCompare(named(0, b).text, root.lang); });
      inside.forEach(function (area) {
        var line = element("tr"), name = element("th", { scope: "row" }), said = element("td");
        name.appendChild(linkTo(0, area));
        name.firstChild.addEventListener("focus", tell.bind(null, area));
        name.firstChild.addEventListener("blur", tell.bind(null, null));
        said.appendChild(badgeOf(data, area));
        var cells = [name, element("td", {}, data.values[area] || "–"), element("td", {}, periodOf(data, area)), said];
        if (isOne) { cells.splice(2, 1); }
        cells.forEach(line.appendChild.bind(line));
        body.appendChild(line);
      });
    });
    table.appendChild(head);
    table.appendChild(body);
    figure.querySelector(".scroll").appendChild(table);
    figure.querySelector("details").hidden = false;
  }

  var figures = Array.prototype.slice.call(document.querySelectorAll("[id^=map-]"));
  var plane = project();
  choice.hidden = false;

  // The address names the indicator, which is no element's id: choosing one moves nothing on the screen.
  function show(indicator) {
    var chosen = figures.filter(function (figure) { return figure.id === "map-" + indicator; })[0] || figures[0];
    var id = chosen.id.replace(/^map-/, "");
    figures.forEach(function (figure) { figure.hidden = figure !== chosen; });
    choice.querySelector('[value="' + id + '"]').checked = true;
    // A map is drawn when it is first looked at.
    if (chosen.querySelector(".field").hidden) { draw(chosen, plane); }
    document.querySelectorAll(".languages a").forEach(function (link) { link.hash = id; });
  }

  choice.addEventListener("change", function (event) { window.location.replace("#" + event.target.value); });
  window.addEventListener("hashchange", function () { show(window.location.hash.slice(1)); });
  show(window.location.hash.slice(1));
})();
