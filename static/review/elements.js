/* Making elements without markup in strings. */

export const element = (name, className = "", text = undefined) => {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
};

/** The letter of a class, for the eye only: its name stands beside it. */
export const letterOf = (code, classes) => {
  const made = element("span", `letter cell-${code}`, (classes[code] || classes.unidentified).letter);
  made.setAttribute("aria-hidden", "true");
  return made;
};
