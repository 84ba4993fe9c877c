/* The differential as it stands, as numbers of what is saved. */
import { gettext, ngettext } from "../shared/words.js";
import { element, letterOf } from "./elements.js";
import { inSentence } from "./wording.js";

const FLAGS = { low: ["↓", gettext("below the reference range")], high: ["↑", gettext("above the reference range")] };
const number = (value) => (value === null || value === undefined ? "–" : String(value));
const tenth = (value) => value.toFixed(1).replace(/\.0$/, "");

const change = (previous, row) => {
  const before = previous.rows.find((each) => each.code === row.code);
  return before
    ? `${before.percent} (${row.percent >= before.percent ? "+" : "−"}${Math.abs(row.percent - before.percent)})`
    : "–";
};

/* Classes as columns, so that seven numbers a class fit in a strip */
export const createDifferential = (panel, { classes, onClass }) => {
  const table = panel.querySelector("[data-differential-table]");
  const beside = panel.querySelector("[data-differential-beside]");
  const rowsOf = (differential) => {
    const { rows, n, previous } = differential;
    const list = [
      [gettext("Count"), "rv-count-row", (row) => number(row.count)],
      ["%", "rv-percent-row", (row) => (n ? row.percent : "–")],
      [gettext("95 % CI"), "muted", (row) => (n && row.low !== null ? `${tenth(row.low)}–${tenth(row.high)}` : "–")],
    ];
    if (rows.some((row) => row.reference)) {
      list.push([gettext("Reference"), "muted", (row) => row.reference?.text ?? "–"]);
    }
    if (rows.some((row) => row.absolute !== null && row.absolute !== undefined)) {
      list.push(["10⁹/L", "", (row) => number(row.absolute)]);
    }
    if (previous) {
      list.push([gettext("Before, %"), "muted", (row) => change(previous, row)]);
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
      head.append(element("th", "visually-hidden", gettext("Value")));
      for (const row of differential.rows) {
        const cell = element("th", `cell-${row.code}`);
        cell.scope = "col";
        const button = element("button", "rv-class");
        button.type = "button";
        button.dataset.class = row.code;
        button.title = gettext("Only {classes}", { classes: inSentence(classes[row.code].plural) });
        button.setAttribute("aria-pressed", String(label === row.code));
        button.append(letterOf(row.code, classes), element("span", "rv-class-name", classes[row.code].plural));
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
      total.append(
        element("strong", "", String(differential.n)),
        document.createTextNode(` ${target ? gettext("of {target} leukocytes", { target }) : gettext("leukocytes")}`),
      );
      facts.push(total);
      if (differential.remark) {
        const remark = element("li");
        remark.append(element("span", "tag warn", differential.remark.replace(/\.$/, "")));
        facts.push(remark);
      }
      const fact = (code, text) => {
        const item = element("li");
        item.append(...(code ? [letterOf(code, classes)] : []), document.createTextNode(` ${text}`));
        facts.push(item);
      };
      if (differential.unidentified) {
        fact("unidentified", ngettext("{count} unidentified", "{count} unidentified", differential.unidentified));
      }
      if (differential.erythroblasts) {
        const per = differential.erythroblasts_per_100;
        fact(
          "erythroblast",
          per === null || per === undefined
            ? gettext("{count} NRBC", { count: differential.erythroblasts })
            : gettext("{count} NRBC, {per} per 100 WBC", { count: differential.erythroblasts, per }),
        );
      }
      if (differential.platelets) {
        fact("platelet", ngettext("{count} platelet seen", "{count} platelets seen", differential.platelets));
      }
      if (differential.excluded) {
        fact("", ngettext("{count} excluded", "{count} excluded", differential.excluded));
      }
      beside.replaceChildren(...facts);
    },
    /* Numbers of what is saved: they say so while something is not */
    veil: (yes) => panel.classList.toggle("veiled", yes),
    stale: (yes) => panel.classList.toggle("stale", yes),
  };
};
