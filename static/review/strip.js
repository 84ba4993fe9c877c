/* The strip below: the chosen cell close up with what is known of it, and the differential as it stands. */
(() => {
  "use strict";
  const review = window.hematovision.review;
  const CLOSE_UP_UM = 26;
  const CLOSE_UP_PX = 112;
  const MOST_SHARES = 3;
  const SVG = "http://www.w3.org/2000/svg";

  const element = (name, className = "", text = undefined) => {
    const made = document.createElement(name);
    made.className = className;
    if (text !== undefined) {
      made.textContent = text;
    }
    return made;
  };
  const letter = (code, classes) => {
    const made = element("span", `letter cell-${code}`, (classes[code] || classes.unidentified).letter);
    made.setAttribute("aria-hidden", "true");
    return made;
  };
  const bar = (share, code) => {
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("class", `bar cell-${code}`);
    drawing.setAttribute("viewBox", "0 0 100 8");
    drawing.setAttribute("preserveAspectRatio", "none");
    drawing.setAttribute("aria-hidden", "true");
    for (const [className, width] of [["", 100], ["fill", share * 100]]) {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("class", className);
      rect.setAttribute("width", width.toFixed(2));
      rect.setAttribute("height", 8);
      drawing.append(rect);
    }
    return drawing;
  };

  review.createCellPanel = (panel, { store, pictures, classes, reasons, hidden }) => {
    const part = (name) => panel.querySelector(`[data-cell-${name}]`);
    let wanted = "";

    const says = (cell) => {
      if (cell.pending) {
        return "Added by hand. The machine is reading it.";
      }
      const who = cell.by ? `${cell.by.name}${cell.by.at ? `, ${review.clock(cell.by.at)}` : ""}` : "a person";
      if (cell.removed) {
        return `Removed as a false detection by ${who}`;
      }
      if (cell.excluded) {
        return `Excluded by ${who}${cell.reason_code ? `: ${(reasons[cell.reason_code] || cell.reason_code).toLowerCase()}` : ""}`;
      }
      if (cell.reviewed) {
        return `Reviewed by ${cell.unsaved ? "you, not saved yet" : who}`;
      }
      if (hidden()) {
        return "Give it a class of your own.";
      }
      return cell.label === "unidentified" || !cell.label ? "Too doubtful to name" : `Suggested, score ${review.percent(cell.score)}`;
    };

    return (cell, chosen) => {
      part("none").hidden = Boolean(cell);
      part("shown").hidden = !cell;
      if (!cell) {
        return;
      }
      const image = store.image(cell);
      const silent = hidden() && !cell.reviewed;
      const code = silent ? "not_read" : cell.label || "unidentified";
      const item = silent ? { letter: "·", label: "Not read yet" } : classes[cell.label] || classes.unidentified;
      panel.className = `rv-cell cell-${code}${cell.reviewed ? " reviewed" : ""}`;
      part("letter").textContent = item.letter;
      part("label").textContent = chosen > 1 ? `${chosen} cells chosen` : item.label;
      part("says").textContent = says(cell);
      const facts = [`Field ${image?.ordinal ?? "?"}, cell ${cell.n}`];
      if (image?.um_per_px) {
        facts.push(`${(cell.box[2] * image.um_per_px).toFixed(1)} × ${(cell.box[3] * image.um_per_px).toFixed(1)} µm`);
      }
      if (cell.flagged) {
        facts.push("flagged");
      }
      if (cell.added) {
        facts.push("drawn by hand");
      }
      part("facts").textContent = facts.join(" · ");
      const talk = part("talk");
      talk.href = `${talk.dataset.address}?cell=${cell.id}`;
      const shares = part("shares");
      shares.replaceChildren();
      const ai = hidden() ? null : cell.ai;
      if (ai?.probabilities) {
        const top = Object.entries(ai.probabilities).sort((a, b) => b[1] - a[1]).slice(0, MOST_SHARES);
        for (const [each, share] of top) {
          const row = element("li");
          row.append(letter(each, classes), element("span", "visually-hidden", classes[each]?.label ?? each), bar(share, each), element("span", "num", review.percent(share)));
          shares.append(row);
        }
        if (cell.reviewed && !cell.excluded && ai.label && ai.label !== cell.label) {
          part("facts").textContent += ` · the machine said ${(classes[ai.label] || classes.unidentified).label.toLowerCase()}`;
        }
      }
      wanted = cell.id;
      if (image?.display) {
        pictures.drawNow({
          image,
          box: cell.box,
          span: review.spanOf(image, CLOSE_UP_UM, Math.max(cell.box[2], cell.box[3])),
          canvas: part("crop"),
          side: CLOSE_UP_PX,
          wanted: () => wanted === cell.id,
        });
      }
    };
  };

  const FLAGS = { low: ["↓", "below the reference range"], high: ["↑", "above the reference range"] };
  const number = (value) => (value === null || value === undefined ? "–" : String(value));
  const tenth = (percent) => percent.toFixed(1).replace(/\.0$/, "");

  const change = (previous, row) => {
    const before = previous.rows.find((each) => each.code === row.code);
    return before ? `${before.percent} (${row.percent >= before.percent ? "+" : "−"}${Math.abs(row.percent - before.percent)})` : "–";
  };

  /* Classes as columns, so that seven numbers a class fit in a strip */
  review.createDifferential = (panel, { classes, onClass }) => {
    const table = panel.querySelector("[data-differential-table]");
    const beside = panel.querySelector("[data-differential-beside]");
    const rowsOf = (differential) => {
      const { rows, n, previous } = differential;
      const list = [
        ["Count", "rv-count-row", (row) => number(row.count)],
        ["%", "rv-percent-row", (row) => (n ? row.percent : "–")],
        ["95 % limits", "muted", (row) => (n && row.low !== null ? `${tenth(row.low)}–${tenth(row.high)}` : "–")],
      ];
      if (rows.some((row) => row.reference)) {
        list.push(["Reference", "muted", (row) => row.reference?.text ?? "–"]);
      }
      if (rows.some((row) => row.absolute !== null && row.absolute !== undefined)) {
        list.push(["10⁹/L", "", (row) => number(row.absolute)]);
      }
      if (previous) {
        list.push(["Before, %", "muted", (row) => change(previous, row)]);
      }
      return list;
    };

    table.addEventListener("click", (event) => {
      const button = event.target.closest("[data-class]");
      if (button) {
        onClass(button.dataset.class);
      }
    });

    return {
      show(differential, label) {
        if (!differential) {
          return;
        }
        const head = element("tr");
        head.append(element("th", "visually-hidden", "Value"));
        for (const row of differential.rows) {
          const cell = element("th", `cell-${row.code}`);
          cell.scope = "col";
          const button = element("button", "rv-class");
          button.type = "button";
          button.dataset.class = row.code;
          button.title = `Only ${classes[row.code].plural.toLowerCase()}`;
          button.setAttribute("aria-pressed", String(label === row.code));
          button.append(letter(row.code, classes), element("span", "rv-class-name", classes[row.code].plural));
          cell.append(button);
          head.append(cell);
        }
        const body = rowsOf(differential).map(([name, className, value]) => {
          const line = element("tr", className);
          const heading = element("th", "", name);
          heading.scope = "row";
          line.append(heading);
          for (const row of differential.rows) {
            const cell = element("td", "num", String(value(row)));
            const flag = name === "%" && FLAGS[row.flag];
            if (flag) {
              cell.className = "num flagged";
              const mark = element("span", "rv-mark", flag[0]);
              mark.setAttribute("aria-hidden", "true");
              cell.append(mark, element("span", "visually-hidden", `, ${flag[1]}`));
            }
            line.append(cell);
          }
          return line;
        });
        table.tHead.replaceChildren(head);
        table.tBodies[0].replaceChildren(...body);

        const facts = [];
        const target = differential.next_target;
        const total = element("li", "rv-n");
        total.append(element("strong", "", String(differential.n)), document.createTextNode(target ? ` of ${target} leukocytes` : " leukocytes"));
        facts.push(total);
        if (differential.remark) {
          const remark = element("li");
          remark.append(element("span", "tag warn", differential.remark.replace(/\.$/, "")));
          facts.push(remark);
        }
        const fact = (code, text) => {
          const item = element("li");
          item.append(...(code ? [letter(code, classes)] : []), document.createTextNode(` ${text}`));
          facts.push(item);
        };
        if (differential.unidentified) {
          fact("unidentified", `${differential.unidentified} unidentified`);
        }
        if (differential.erythroblasts) {
          const per = differential.erythroblasts_per_100;
          fact("erythroblast", `${review.plural(differential.erythroblasts, "erythroblast")}${per === null || per === undefined ? "" : `, ${per} per 100`}`);
        }
        if (differential.platelets) {
          fact("platelet", `${review.plural(differential.platelets, "platelet")} seen`);
        }
        if (differential.excluded) {
          fact("", `${differential.excluded} excluded`);
        }
        beside.replaceChildren(...facts);
      },
      /* Numbers of what is saved: they say so while something is not */
      veil: (yes) => panel.classList.toggle("veiled", yes),
      stale: (yes) => panel.classList.toggle("stale", yes),
    };
  };
})();
