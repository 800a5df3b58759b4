/* The map of centers and sites. It only adds: the list under the map says the same and serves without it. */
(() => {
  "use strict";
  const box = document.getElementById("map");
  if (!box || !window.L) return;
  const L = window.L;
  const words = box.dataset;
  /* Up to here every point is a focusable pin; beyond, a canvas draws circles, and the list's buttons serve the keyboard. */
  const PINS = 100;
  const TONES = { ok: "--ok", due: "--due", stop: "--stop", info: "--info", site: "--ink-soft" };

  const read = (id) => {
    const element = id && document.getElementById(id);
    if (!element) return [];
    return JSON.parse(element.textContent).filter((point) => Number.isFinite(point.lat) && Number.isFinite(point.lng));
  };
  const points = read(words.points);
  const labels = read(words.labels);
  const tone = (point) => (point.tone in TONES ? point.tone : "info");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const line = (tag, text, name) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  /* Built from text nodes: what people wrote is never read as HTML. */
  const popup = (point) => {
    const body = line("div", "", "map-popup");
    body.append(line("strong", point.name));
    if (point.state) body.append(line("p", point.state, `map-state map-${tone(point)}`));
    if (point.note) body.append(line("p", point.note));
    if (point.url && /^(\/(?!\/)|https?:)/.test(point.url)) {
      const link = line("a", words.wordsOpen || point.name);
      link.href = point.url;
      body.append(link);
    }
    return body;
  };

  const SVG = "http://www.w3.org/2000/svg";
  const pin = (point) => {
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", "M12 22.5s-8-7-8-13a8 8 0 0 1 16 0c0 6-8 13-8 13z");
    const hole = document.createElementNS(SVG, "circle");
    for (const [name, value] of [["cx", 12], ["cy", 9.5], ["r", 3]]) hole.setAttribute(name, value);
    drawing.append(path, hole);
    return L.divIcon({ className: `map-pin map-${tone(point)}`, html: drawing, iconSize: [32, 32], iconAnchor: [16, 30], popupAnchor: [0, -26] });
  };

  /* A site is a dashed ring, a center a full circle: colour alone says nothing. */
  const look = (point) => {
    const colour = token(TONES[tone(point)]);
    const site = tone(point) === "site";
    return { radius: 7, weight: 2, color: site ? colour : token("--surface"), fillColor: site ? token("--surface") : colour, fillOpacity: 1, dashArray: site ? "3 3" : null };
  };

  const marker = (point) => {
    const at = [point.lat, point.lng];
    const made = points.length > PINS
      ? L.circleMarker(at, look(point))
      : L.marker(at, { icon: pin(point), title: point.name, alt: [point.name, point.state].filter(Boolean).join("，"), riseOnHover: true });
    return made.bindPopup(() => popup(point), { autoPanPadding: [24, 24] });
  };

  const label = (place) => L.marker([place.lat, place.lng], {
    icon: L.divIcon({ className: "map-label", html: line("span", place.name), iconSize: null }), interactive: false, keyboard: false,
  });

  const attribution = () => {
    if (!words.attribution) return "";
    const said = line(words.attributionUrl ? "a" : "span", words.attribution);
    if (words.attributionUrl) said.href = words.attributionUrl;
    return said.outerHTML;
  };

  box.hidden = false;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    preferCanvas: true, zoomControl: false, scrollWheelZoom: false, minZoom: 6, maxZoom: 18, zoomSnap: 0.5,
    zoomAnimation: !calm, fadeAnimation: !calm, markerZoomAnimation: !calm, inertia: !calm,
  });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: words.wordsIn || "+", zoomOutTitle: words.wordsOut || "−" }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  // The wheel scrolls the page, until someone is at work in the map.
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  map.on("popupopen", (event) => {
    const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close && words.wordsClose) close.setAttribute("aria-label", words.wordsClose);
  });

  if (words.tiles) {
    L.tileLayer(words.tiles, { attribution: attribution(), subdomains: words.subdomains || "abc", maxZoom: 18 }).addTo(map);
  } else {
    box.classList.add("map-plain");
    labels.forEach((place) => label(place).addTo(map));
  }

  const all = L.featureGroup(points.map(marker)).addTo(map);
  const everywhere = points.length ? all.getBounds() : L.latLngBounds(labels.map((place) => [place.lat, place.lng]));
  if (everywhere.isValid()) map.fitBounds(everywhere, { padding: [28, 28], maxZoom: 15, animate: false });
  else map.setView([29.1, 119.7], 11);

  /* Dark mode came or went: a canvas does not follow the tokens by itself. */
  const markers = all.getLayers();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    markers.forEach((one, index) => { if (one instanceof L.CircleMarker) one.setStyle(look(points[index])); });
  });

  /* A list's button with data-map-show="<id of a point>" shows it here; hidden until there is a map. */
  document.querySelectorAll("[data-map-show]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-map-show]");
    if (!button) return;
    const index = points.findIndex((point) => String(point.id) === button.dataset.mapShow);
    if (index < 0) return;
    event.preventDefault();
    box.scrollIntoView({ block: "nearest" });
    map.setView(markers[index].getLatLng(), Math.max(map.getZoom(), 14), { animate: !calm });
    markers[index].openPopup();
    const link = markers[index].getPopup().getElement().querySelector("a[href]:not(.leaflet-popup-close-button)");
    if (link) link.focus({ preventScroll: true });
  });
  window.portalMap = map;
})();
