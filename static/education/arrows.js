/* Arrows over the picture of a cell: drag to draw one into the first empty row; the numbers move what is drawn. Without this
   script the numbers alone do it. */
const ENDS = ["x1", "y1", "x2", "y2"];
const SHORTEST = 3;
const NS = "http://www.w3.org/2000/svg";
const form = document.querySelector("[data-caption]");
const drawn = document.querySelector("[data-arrows]");
const rows = form ? [...form.querySelectorAll("[data-arrow]")] : [];

const input = (row, end) => row.querySelector(`[data-end="${end}"]`);
const numbers = (row) => ENDS.map((end) => input(row, end).value);
const isWhole = (values) => values.every((each) => each !== "" && Number(each) >= 0 && Number(each) <= 100);

const line = (className, values) => {
  const made = document.createElementNS(NS, "line");
  made.setAttribute("class", className);
  ENDS.forEach((end, place) => made.setAttribute(end, values[place]));
  return made;
};

const show = () => {
  drawn.querySelectorAll("g").forEach((each) => each.remove());
  for (const values of rows.map(numbers).filter(isWhole)) {
    const group = document.createElementNS(NS, "g");
    const top = line("line", values);
    top.setAttribute("marker-end", "url(#learn-arrow)");
    group.append(line("under", values), top);
    drawn.append(group);
  }
};

const fill = (row, values) => {
  ENDS.forEach((end, place) => {
    input(row, end).value = values[place];
  });
  show();
};

const shareAt = (event) => {
  const box = drawn.getBoundingClientRect();
  const percent = (at, from, side) => Math.round(Math.min(100, Math.max(0, (100 * (at - from)) / side)));
  return [percent(event.clientX, box.left, box.width), percent(event.clientY, box.top, box.height)];
};

const startDrawing = () => {
  let row = null;
  let from = null;
  drawn.classList.add("draws");
  drawn.addEventListener("pointerdown", (event) => {
    row = rows.find((each) => numbers(each).every((value) => value === ""));
    if (!row || event.button !== 0) {
      row = null;
      return;
    }
    event.preventDefault();
    from = shareAt(event);
    drawn.setPointerCapture(event.pointerId);
  });
  drawn.addEventListener("pointermove", (event) => {
    if (row) {
      fill(row, [...from, ...shareAt(event)]);
    }
  });
  const end = (event) => {
    if (!row) {
      return;
    }
    const to = shareAt(event);
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]) >= SHORTEST;
    fill(row, long && event.type === "pointerup" ? [...from, ...to] : ["", "", "", ""]);
    row = null;
  };
  drawn.addEventListener("pointerup", end);
  drawn.addEventListener("pointercancel", end);
};

if (form && drawn) {
  startDrawing();
  form.addEventListener("input", show);
  form.addEventListener("click", (event) => {
    const clear = event.target instanceof Element && event.target.closest("[data-clear]");
    if (clear) {
      const row = clear.closest("[data-arrow]");
      fill(row, ["", "", "", ""]);
      input(row, "x1").focus();
    }
  });
}
