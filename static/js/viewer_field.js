/* The zoomable field: OpenSeadragon for the picture, one SVG over it for the boxes.
   The SVG follows the viewport by a single transform; only the letters are placed one by one, since they keep their size. */
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const PYRAMID_LIMIT = 20000000;
  const SMALLEST_LETTERED = 13;
  const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const svg = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    return element;
  };

  const drawBox = (cell, classes, layer, letters) => {
    const [x, y, width, height] = cell.box;
    const kind = `cell-${cell.label || "unidentified"}`;
    const state = `${cell.human ? "reviewed" : "suggested"}${cell.excluded ? " excluded" : ""}`;
    const group = svg("g", { class: `box ${kind} ${state}` });
    group.append(
      svg("rect", { class: "halo", x, y, width, height }),
      svg("rect", { class: "line", x, y, width, height }),
    );
    layer.append(group);
    const tag = svg("g", { class: `tag ${kind}` });
    const text = svg("text", { x: 8, y: 12 });
    text.textContent = (classes[cell.label] || classes.unidentified).letter;
    tag.append(svg("rect", { width: 16, height: 16, rx: 2 }), text);
    letters.append(tag);
    return { cell, group, tag };
  };

  window.hematovision.createField = (element, data, { onPick, onReady, onFail }) => {
    const viewer = window.OpenSeadragon({
      element,
      prefixUrl: "",
      showNavigationControl: false,
      drawer: "canvas",
      tileSources: { type: "image", url: data.display, buildPyramid: data.width * data.height <= PYRAMID_LIMIT },
      animationTime: still() ? 0 : 0.35,
      springStiffness: 10,
      maxZoomPixelRatio: 8,
      minZoomImageRatio: 0.9,
      visibilityRatio: 0.6,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    });
    viewer.canvas.setAttribute("role", "application");
    viewer.canvas.setAttribute("aria-label", "Field. Arrow keys move it, plus and minus zoom, J and K step through the cells.");

    const overlay = svg("svg", { class: "boxes", "aria-hidden": "true" });
    const layer = svg("g", {});
    const letters = svg("g", {});
    overlay.append(layer, letters);
    viewer.canvas.append(overlay);
    const drawn = data.cells.map((cell) => drawBox(cell, data.classes, layer, letters));
    const byId = new Map(drawn.map((each) => [each.cell.id, each]));
    let picked = null;

    /* Screen px of an upright-image px; the display copy may be smaller than the image */
    const placement = () => {
      const item = viewer.world.getItemAt(0);
      if (!item) {
        return null;
      }
      const size = item.getContentSize();
      const from = item.imageToViewerElementCoordinates(new window.OpenSeadragon.Point(0, 0));
      const to = item.imageToViewerElementCoordinates(size);
      return { item, x: from.x, y: from.y, scale: (to.x - from.x) / data.width, ratio: size.x / data.width };
    };

    const bar = element.parentElement.querySelector("[data-scale-bar]");
    const showScale = (scale) => {
      if (!bar || !data.umPerPx) {
        return;
      }
      const pxPerUm = scale / data.umPerPx;
      const length = [200, 100, 50, 20, 10, 5, 2, 1].find((um) => um * pxPerUm <= 140) || 1;
      bar.hidden = false;
      bar.style.width = `${Math.round(length * pxPerUm)}px`;
      bar.querySelector("[data-scale-text]").textContent = `${length} µm`;
    };

    const follow = () => {
      const at = placement();
      if (!at) {
        return;
      }
      layer.setAttribute("transform", `matrix(${at.scale} 0 0 ${at.scale} ${at.x} ${at.y})`);
      for (const { cell, tag } of drawn) {
        const large = Math.max(cell.box[2], cell.box[3]) * at.scale >= SMALLEST_LETTERED;
        const below = at.y + (cell.box[1] + cell.box[3]) * at.scale > 0;
        const shown = below && (large || cell.id === picked);
        tag.setAttribute("visibility", shown ? "inherit" : "hidden");
        if (shown) {
          const x = at.x + cell.box[0] * at.scale - 1;
          const y = at.y + cell.box[1] * at.scale - 16;
          tag.setAttribute("transform", `translate(${x.toFixed(1)} ${Math.max(y, 0).toFixed(1)})`);
        }
      }
      showScale(at.scale);
    };
    viewer.addHandler("open", () => {
      follow();
      onReady();
    });
    viewer.addHandler("open-failed", onFail);
    viewer.addHandler("update-viewport", follow);
    viewer.addHandler("resize", () => requestAnimationFrame(follow));

    viewer.addHandler("canvas-click", (event) => {
      const at = event.quick ? placement() : null;
      if (!at) {
        return;
      }
      const x = (event.position.x - at.x) / at.scale;
      const y = (event.position.y - at.y) / at.scale;
      const slack = 4 / at.scale;
      const hit = drawn
        .filter(({ cell, group }) => {
          const [left, top, width, height] = cell.box;
          const inside = x >= left - slack && y >= top - slack && x <= left + width + slack && y <= top + height + slack;
          return inside && !group.classList.contains("filtered");
        })
        .sort((a, b) => a.cell.box[2] * a.cell.box[3] - b.cell.box[2] * b.cell.box[3])[0];
      if (hit) {
        onPick(hit.cell);
      }
    });
    /* Keys of ours are handled by the page; OpenSeadragon would flip and turn the field with some of them */
    viewer.addHandler("canvas-key", (event) => {
      if (/^[a-z[\]?]$/i.test(event.originalEvent.key)) {
        event.preventDefaultAction = true;
      }
    });

    const rectangle = (at, [x, y, width, height], margin) =>
      at.item.imageToViewportRectangle(
        new window.OpenSeadragon.Rect(
          (x - width * margin) * at.ratio,
          (y - height * margin) * at.ratio,
          width * (1 + 2 * margin) * at.ratio,
          height * (1 + 2 * margin) * at.ratio,
        ),
      );

    return {
      viewer,
      /* Mark a cell and bring it into view, close up when asked */
      show(cell, closeUp) {
        if (picked) {
          byId.get(picked).group.classList.remove("picked");
        }
        picked = cell.id;
        const { group } = byId.get(cell.id);
        group.classList.add("picked");
        layer.append(group);
        const at = placement();
        if (!at) {
          return;
        }
        /* A cell that is in sight does not move the field */
        const near = rectangle(at, cell.box, -0.1);
        if (closeUp) {
          const close = rectangle(at, cell.box, 0.8);
          const bounds = viewer.viewport.getBounds(false);
          /* Close up never means further away than one already is */
          if (close.width < bounds.width) {
            viewer.viewport.fitBounds(close, still());
          } else {
            viewer.viewport.panTo(close.getCenter(), still());
          }
        } else if (!viewer.viewport.getBounds(false).containsPoint(near.getTopLeft()) ||
          !viewer.viewport.getBounds(false).containsPoint(near.getBottomRight())) {
          viewer.viewport.panTo(near.getCenter(), still());
        }
        viewer.viewport.applyConstraints(still());
        follow();
      },
      filter(label) {
        for (const { cell, group, tag } of drawn) {
          const off = Boolean(label) && cell.label !== label;
          group.classList.toggle("filtered", off);
          tag.classList.toggle("filtered", off);
        }
      },
      zoom(way) {
        if (way === "home") {
          viewer.viewport.goHome(still());
        } else {
          viewer.viewport.zoomBy(way === "in" ? 1.5 : 1 / 1.5);
          viewer.viewport.applyConstraints(still());
        }
      },
      showBoxes(on) {
        overlay.classList.toggle("off", !on);
      },
    };
  };
})();
