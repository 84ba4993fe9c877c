/* A field to zoom and pan: OpenSeadragon for the picture, one SVG over it for the boxes of its cells.
   The SVG follows the viewport by a single transform; only the letters are placed one by one, since they keep their size. */
import { gettext } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const PYRAMID_LIMIT = 20000000;
const SMALLEST_LETTERED = 13;
const STEP = 1.5;
const still = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

const svg = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
};

/* `shown()` tells the picture in sight as { width, um_per_px }, null while there is none */
export const createZoomableField = (element, { keys, shown, onPick, onFollow = () => {}, ...options }) => {
  const { OpenSeadragon } = window;
  const viewer = OpenSeadragon({
    element,
    prefixUrl: "",
    showNavigationControl: false,
    drawer: "canvas",
    animationTime: still() ? 0 : 0.3,
    springStiffness: 11,
    maxZoomPixelRatio: 8,
    minZoomImageRatio: 0.9,
    visibilityRatio: 0.6,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    ...options,
  });
  viewer.canvas.setAttribute("role", "application");
  viewer.canvas.setAttribute(
    "aria-label",
    gettext("Field. Arrow keys move it, plus and minus zoom, {keys}.", { keys }),
  );

  const overlay = svg("svg", { class: "boxes", "aria-hidden": "true" });
  const layer = svg("g", {});
  const letters = svg("g", {});
  overlay.append(layer, letters);
  viewer.canvas.append(overlay);
  const drawn = new Map();
  let picked = "";

  /* Screen px of an upright-image px; the display copy may be smaller than the image */
  const placement = () => {
    const item = viewer.world.getItemAt(0);
    const picture = shown();
    if (!item || !picture) {
      return null;
    }
    const size = item.getContentSize();
    const from = item.imageToViewerElementCoordinates(new OpenSeadragon.Point(0, 0));
    const to = item.imageToViewerElementCoordinates(size);
    return {
      item,
      picture,
      x: from.x,
      y: from.y,
      scale: (to.x - from.x) / picture.width,
      ratio: size.x / picture.width,
    };
  };

  const bar = element.parentElement.querySelector("[data-scale-bar]");
  const showScale = ({ picture, scale }) => {
    bar.hidden = !picture.um_per_px;
    if (picture.um_per_px) {
      const pxPerUm = scale / picture.um_per_px;
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
      const lettered = below && (large || id === picked);
      tag.setAttribute("visibility", lettered ? "inherit" : "hidden");
      if (lettered) {
        const y = at.y + box[1] * at.scale - 16;
        tag.setAttribute(
          "transform",
          `translate(${(at.x + box[0] * at.scale - 1).toFixed(1)} ${Math.max(y, 0).toFixed(1)})`,
        );
      }
    }
    showScale(at);
    onFollow(at);
  };
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
    const hits = [...drawn].filter(
      ([
        ,
        {
          box: [left, top, width, height],
          group,
        },
      ]) => {
        const inside = x >= left - slack && y >= top - slack && x <= left + width + slack && y <= top + height + slack;
        return inside && !group.classList.contains("filtered");
      },
    );
    /* Of boxes within each other the smallest is meant */
    const [hit] = hits.sort(([, a], [, b]) => a.box[2] * a.box[3] - b.box[2] * b.box[3]);
    if (hit) {
      onPick(hit[0], event);
    }
  });

  const rectangle = (at, [x, y, width, height], margin) =>
    at.item.imageToViewportRectangle(
      new OpenSeadragon.Rect(
        (x - width * margin) * at.ratio,
        (y - height * margin) * at.ratio,
        width * (1 + 2 * margin) * at.ratio,
        height * (1 + 2 * margin) * at.ratio,
      ),
    );

  return {
    viewer,
    placement,
    follow,
    source: (url, width, height) => ({ type: "image", url, buildPyramid: width * height <= PYRAMID_LIMIT }),
    /* The box of a cell: { box, group, tag, text }, made where there is none yet */
    box(id, box) {
      let each = drawn.get(id);
      if (!each) {
        const [x, y, width, height] = box;
        const group = svg("g", {});
        group.append(
          svg("rect", { class: "halo", x, y, width, height }),
          svg("rect", { class: "line", x, y, width, height }),
        );
        const tag = svg("g", {});
        const text = svg("text", { x: 8, y: 12 });
        tag.append(svg("rect", { width: 16, height: 16, rx: 2 }), text);
        layer.append(group);
        letters.append(tag);
        each = { box, group, tag, text };
        drawn.set(id, each);
      }
      return each;
    },
    boxes: () => drawn,
    remove(id) {
      drawn.get(id)?.group.remove();
      drawn.get(id)?.tag.remove();
      drawn.delete(id);
    },
    clear() {
      layer.replaceChildren();
      letters.replaceChildren();
      drawn.clear();
    },
    picked: () => picked,
    /* Mark the box of a cell, over all others */
    pick(id) {
      drawn.get(picked)?.group.classList.remove("picked");
      picked = id;
      const group = drawn.get(id)?.group;
      if (group) {
        group.classList.add("picked");
        layer.append(group);
      }
    },
    /* Bring a box into sight: one that is in sight does not move the field, and close up never means further away */
    bring(box, closeUp, margin) {
      const at = placement();
      if (!at) {
        return;
      }
      const { viewport } = viewer;
      const bounds = viewport.getBounds(false);
      const near = rectangle(at, box, -0.1);
      if (closeUp) {
        const close = rectangle(at, box, margin);
        if (close.width < bounds.width) {
          viewport.fitBounds(close, still());
        } else {
          viewport.panTo(close.getCenter(), still());
        }
      } else if (!bounds.containsPoint(near.getTopLeft()) || !bounds.containsPoint(near.getBottomRight())) {
        viewport.panTo(near.getCenter(), still());
      }
      viewport.applyConstraints(still());
      follow();
    },
    zoom(way) {
      if (way === "home") {
        viewer.viewport.goHome(still());
      } else {
        viewer.viewport.zoomBy(way === "in" ? STEP : 1 / STEP);
        viewer.viewport.applyConstraints(still());
      }
    },
    showBoxes(on) {
      overlay.classList.toggle("off", !on);
    },
  };
};
