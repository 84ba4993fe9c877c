/* Draws the box of a missed cell: by pointer from corner to corner, or by keys (arrows move, Shift with arrows resizes, Enter adds). */
const STEP = 6;

export const createPencil = (surface, { placement, image, smallest, size, onDrawn, onEnd }) => {
  const frame = surface.querySelector("[data-pencil-box]");
  let from = null;
  let box = null;
  let on = false;

  const inside = (wanted) => {
    const { width, height } = image();
    const x = Math.min(Math.max(0, Math.round(wanted[0])), width - 1);
    const y = Math.min(Math.max(0, Math.round(wanted[1])), height - 1);
    return [x, y, Math.min(Math.round(wanted[2]), width - x), Math.min(Math.round(wanted[3]), height - y)];
  };
  const show = (at) => {
    frame.hidden = !box || !at;
    if (!frame.hidden) {
      frame.style.translate = `${at.x + box[0] * at.scale}px ${at.y + box[1] * at.scale}px`;
      frame.style.width = `${box[2] * at.scale}px`;
      frame.style.height = `${box[3] * at.scale}px`;
    }
  };
  const pointOf = (event, at) => {
    const area = surface.getBoundingClientRect();
    return [(event.clientX - area.left - at.x) / at.scale, (event.clientY - area.top - at.y) / at.scale];
  };
  const end = () => {
    on = false;
    box = null;
    from = null;
    surface.hidden = true;
    onEnd();
  };
  const finish = () => {
    const at = placement();
    if (box && at && Math.min(box[2], box[3]) * at.scale >= smallest) {
      const done = inside(box);
      end();
      onDrawn(done);
    }
  };

  surface.addEventListener("pointerdown", (event) => {
    const at = placement();
    if (at) {
      event.preventDefault();
      surface.setPointerCapture(event.pointerId);
      from = pointOf(event, at);
      box = null;
      show(at);
    }
  });
  surface.addEventListener("pointermove", (event) => {
    const at = placement();
    if (from && at) {
      const to = pointOf(event, at);
      box = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
      show(at);
    }
  });
  surface.addEventListener("pointerup", () => {
    from = null;
    finish();
  });

  return {
    isOn: () => on,
    follow: show,
    end,
    start() {
      const at = placement();
      if (!at) {
        return false;
      }
      on = true;
      surface.hidden = false;
      const side = size();
      const area = surface.getBoundingClientRect();
      const x = (area.width / 2 - at.x) / at.scale;
      const y = (area.height / 2 - at.y) / at.scale;
      box = inside([x - side / 2, y - side / 2, side, side]);
      show(at);
      return true;
    },
    /* True where the key was one of the pencil's */
    key(event) {
      const at = placement();
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (event.key === "Escape") {
        end();
      } else if (event.key === "Enter") {
        finish();
      } else if (way && box && at) {
        const by = STEP / at.scale;
        box = event.shiftKey
          ? [box[0], box[1], Math.max(by, box[2] + way[0] * by), Math.max(by, box[3] + way[1] * by)]
          : [box[0] + way[0] * by, box[1] + way[1] * by, box[2], box[3]];
        box = [Math.max(0, box[0]), Math.max(0, box[1]), box[2], box[3]];
        show(at);
      } else {
        return false;
      }
      return true;
    },
  };
};
