/* What the page has to say above the cells: one line a matter, each with what can be done about it. */
export const createNotices = (root) => {
  const shown = new Map();
  const icon = (name) => {
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    drawing.setAttribute("class", "icon");
    drawing.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#i-${name}`);
    drawing.append(use);
    return drawing;
  };
  return {
    has: (key) => shown.has(key),
    /* `actions` are [words, what to do] or [words, address]; nothing in place of a sentence takes the line away */
    set(key, sentence = "", { tone = "info", actions = [] } = {}) {
      const before = shown.get(key);
      if (before?.dataset.sentence === sentence) {
        return;
      }
      before?.remove();
      shown.delete(key);
      if (!sentence) {
        return;
      }
      const line = document.createElement("div");
      line.className = `rv-notice tone-${tone}`;
      line.dataset.sentence = sentence;
      line.dataset.notice = key;
      const text = document.createElement("p");
      text.textContent = sentence;
      line.append(icon(tone === "info" ? "info" : "warn"), text);
      for (const [words, act] of actions) {
        const made = document.createElement(typeof act === "string" ? "a" : "button");
        made.className = "button small";
        made.textContent = words;
        if (typeof act === "string") {
          made.href = act;
          made.target = act.includes("/login/") ? "_blank" : "";
        } else {
          made.type = "button";
          made.addEventListener("click", act);
        }
        line.append(made);
      }
      shown.set(key, line);
      root.append(line);
    },
  };
};
