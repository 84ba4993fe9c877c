/* The field beside the gallery: one picture at a time with a box for every cell, and the drawing of a missed one.
   Coming back to a field finds it as it was left: where, how large, with which cell. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const SVG = "http://www.w3.org/2000/svg";
  const PYRAMID_LIMIT = 20000000;
  const SMALLEST_LETTERED = 13;
  const CLOSE_ENOUGH_PX = 56;
  const SMALLEST_DRAWN_PX = 8;
  const SETTLE_MS = 90;
  const DRAWN_UM = 14;
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const svg = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    return element;
  };

  review.createField = (element, { store, classes, hidden, onPick, onDrawn, onDrawEnd, onImage }) => {
    const { OpenSeadragon } = window;
    const holder = element.parentElement;
    const loading = holder.querySelector("[data-loading]");
    const bar = holder.querySelector("[data-scale-bar]");
    const viewer = OpenSeadragon({
      element,
      prefixUrl: "",
      showNavigationControl: false,
      drawer: "canvas",
      preserveViewport: true,
      animationTime: still() ? 0 : 0.25,
      springStiffness: 12,
      maxZoomPixelRatio: 8,
      minZoomImageRatio: 0.9,
      visibilityRatio: 0.6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    });
    viewer.canvas.setAttribute("role", "application");
    viewer.canvas.setAttribute("aria-label", "Field. Arrow keys move it, plus and minus zoom, Enter goes back to the cells.");
    const overlay = svg("svg", { class: "boxes", "aria-hidden": "true" });
    const layer = svg("g", {});
    const letters = svg("g", {});
    overlay.append(layer, letters);
    viewer.canvas.append(overlay);

    let image = null;
    let ready = false;
    let drawn = new Map();
    let picked = "";
    let wish = null;
    let timer = 0;

    const placement = () => {
      const item = ready ? viewer.world.getItemAt(0) : null;
      if (!item) {
        return null;
      }
      const size = item.getContentSize();
      const from = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
      const to = item.imageToViewerElementCoordinates(size);
      return { item, x: from.x, y: from.y, scale: (to.x - from.x) / image.width, ratio: size.x / image.width };
    };
    const showScale = (scale) => {
      bar.hidden = !image.um_per_px;
      if (image.um_per_px) {
        const pxPerUm = scale / image.um_per_px;
        const length = [200, 100, 50, 20, 10, 5, 2, 1].find((um) => um * pxPerUm <= 140) || 1;
        bar.style.width = `${Math.round(length * pxPerUm)}px`;
        bar.querySelector("[data-scale-text]").textContent = `${length} µm`;
      }
    };
    const follow = () => {
      const at = placement();
      if (!at) {
        return;
      }
      layer.setAttribute("transform", `matrix(${at.scale} 0 0 ${at.scale} ${at.x} ${at.y})`);
      for (const [id, { box, tag }] of drawn) {
        const large = Math.max(box[2], box[3]) * at.scale >= SMALLEST_LETTERED;
        const below = at.y + (box[1] + box[3]) * at.scale > 0;
        const shown = below && (large || id === picked);
        tag.setAttribute("visibility", shown ? "inherit" : "hidden");
        if (shown) {
          const y = at.y + box[1] * at.scale - 16;
          tag.setAttribute("transform", `translate(${(at.x + box[0] * at.scale - 1).toFixed(1)} ${Math.max(y, 0).toFixed(1)})`);
        }
      }
      showScale(at.scale);
      pencil.follow(at);
    };

    const paint = (id) => {
      const cell = store.cell(id);
      let each = drawn.get(id);
      if (!cell || cell.image !== image?.id || (cell.removed && id !== picked)) {
        each?.group.remove();
        each?.tag.remove();
        drawn.delete(id);
        return;
      }
      if (!each) {
        const [x, y, width, height] = cell.box;
        const group = svg("g", {});
        group.append(svg("rect", { class: "halo", x, y, width, height }), svg("rect", { class: "line", x, y, width, height }));
        const tag = svg("g", {});
        const text = svg("text", { x: 8, y: 12 });
        tag.append(svg("rect", { width: 16, height: 16, rx: 2 }), text);
        layer.append(group);
        letters.append(tag);
        each = { group, tag, text, box: cell.box };
        drawn.set(id, each);
      }
      const label = review.shownLabel(cell, hidden());
      const silent = hidden() && !cell.reviewed;
      const kind = `cell-${silent ? "not_read" : label || "unidentified"}`;
      each.group.setAttribute(
        "class",
        `box ${kind} ${cell.reviewed ? "reviewed" : "suggested"}${cell.excluded ? " excluded" : ""}${id === picked ? " picked" : ""}`,
      );
      each.tag.setAttribute("class", `tag ${kind}${cell.excluded ? " excluded" : ""}`);
      each.text.textContent = cell.excluded ? "×" : silent ? "·" : (classes[label] || classes.unidentified).letter;
    };
    const paintAll = () => {
      layer.replaceChildren();
      letters.replaceChildren();
      drawn = new Map();
      for (const cell of store.cells()) {
        paint(cell.id);
      }
      if (drawn.has(picked)) {
        layer.append(drawn.get(picked).group);
      }
      follow();
    };

    const rectangle = (at, [x, y, width, height], margin) =>
      at.item.imageToViewportRectangle(
        new OpenSeadragon.Rect(
          (x - width * margin) * at.ratio,
          (y - height * margin) * at.ratio,
          width * (1 + 2 * margin) * at.ratio,
          height * (1 + 2 * margin) * at.ratio,
        ),
      );
    const bring = (cell, closeUp) => {
      const at = placement();
      if (!at || cell.image !== image.id) {
        return;
      }
      const bounds = viewer.viewport.getBounds(false);
      const near = rectangle(at, cell.box, -0.1);
      if (closeUp && Math.max(cell.box[2], cell.box[3]) * at.scale < CLOSE_ENOUGH_PX) {
        const close = rectangle(at, cell.box, 1.6);
        if (close.width < bounds.width) {
          viewer.viewport.fitBounds(close, still());
        } else {
          viewer.viewport.panTo(close.getCenter(), still());
        }
      } else if (!bounds.containsPoint(near.getTopLeft()) || !bounds.containsPoint(near.getBottomRight())) {
        viewer.viewport.panTo(near.getCenter(), still());
      }
      viewer.viewport.applyConstraints(still());
      follow();
    };

    const open = (next) => {
      if (!next || (next === image && (ready || !next.display))) {
        return;
      }
      const first = image === null;
      image = next;
      ready = false;
      onImage(next);
      layer.replaceChildren();
      letters.replaceChildren();
      drawn = new Map();
      loading.hidden = false;
      loading.classList.remove("failed");
      if (!next.display) {
        viewer.close();
        loading.textContent = "The picture of this field is being prepared.";
        return;
      }
      loading.textContent = first ? "Loading the field" : `Loading field ${next.ordinal}`;
      viewer.open({ type: "image", url: next.display, buildPyramid: next.width * next.height <= PYRAMID_LIMIT });
    };
    viewer.addHandler("open", () => {
      ready = true;
      loading.hidden = true;
      paintAll();
      if (wish) {
        bring(wish.cell, wish.closeUp);
        wish = null;
      }
    });
    viewer.addHandler("open-failed", () => {
      loading.hidden = false;
      loading.classList.add("failed");
      loading.textContent = "The picture could not be loaded. Check the connection and choose the cell again.";
      image = image && { ...image };
    });
    viewer.addHandler("update-viewport", follow);
    viewer.addHandler("resize", () => requestAnimationFrame(follow));
    /* Keys of ours are the page's; OpenSeadragon would turn and flip the field with some of them */
    viewer.addHandler("canvas-key", (event) => {
      if (/^[a-z[\]?]$/i.test(event.originalEvent.key)) {
        event.preventDefaultAction = true;
      }
    });
    viewer.addHandler("canvas-click", (event) => {
      const at = event.quick ? placement() : null;
      if (!at) {
        return;
      }
      const x = (event.position.x - at.x) / at.scale;
      const y = (event.position.y - at.y) / at.scale;
      const slack = 4 / at.scale;
      const hit = [...drawn.entries()]
        .filter(([, { box }]) => x >= box[0] - slack && y >= box[1] - slack && x <= box[0] + box[2] + slack && y <= box[1] + box[3] + slack)
        .sort((a, b) => a[1].box[2] * a[1].box[3] - b[1].box[2] * b[1].box[3])[0];
      if (hit) {
        onPick(hit[0], { range: event.shift, toggle: event.originalEvent.ctrlKey || event.originalEvent.metaKey });
      }
    });

    const pencil = review.createPencil(holder.querySelector("[data-pencil]"), {
      placement,
      image: () => image,
      smallest: SMALLEST_DRAWN_PX,
      size: () => (image?.um_per_px ? DRAWN_UM / image.um_per_px : 60),
      onDrawn: (box) => onDrawn(image, box),
      onEnd: onDrawEnd,
    });

    return {
      viewer,
      image: () => image,
      repaint(ids) {
        if (!ready) {
          return;
        }
        if (ids === null) {
          paintAll();
        } else {
          ids.forEach(paint);
          follow();
        }
      },
      /* Mark a cell and bring it into sight. Fast typing across fields opens only the field it ends in */
      show(cell, closeUp = false) {
        const before = picked;
        picked = cell.id;
        clearTimeout(timer);
        if (cell.image === image?.id && ready) {
          wish = null;
          paint(before);
          paint(picked);
          if (drawn.has(picked)) {
            layer.append(drawn.get(picked).group);
          }
          bring(cell, closeUp);
        } else {
          wish = { cell, closeUp };
          timer = setTimeout(() => open(store.image(cell)), image ? SETTLE_MS : 0);
        }
      },
      open: (next) => {
        clearTimeout(timer);
        wish = null;
        open(next);
      },
      zoom(way) {
        if (way === "home") {
          viewer.viewport.goHome(still());
        } else {
          viewer.viewport.zoomBy(way === "in" ? 1.5 : 1 / 1.5);
        }
        viewer.viewport.applyConstraints(still());
      },
      boxes(on) {
        overlay.classList.toggle("off", !on);
      },
      focus: () => viewer.canvas.focus(),
      hasFocus: () => holder.contains(document.activeElement) && !document.activeElement.closest("button"),
      pencil,
    };
  };
})();
