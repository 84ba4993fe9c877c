/* The list of what is kept: what it is, since when, and what is to be done. Nothing of what is in it. */
import { inWords } from "../shared/times.js";

export const say = (words, values = {}) => words.replace(/\{(\w+)\}/g, (_found, name) => values[name] ?? "");

const kindOf = (item, all, words) => {
  const fields = all.filter((each) => each.parent === item.id).length;
  if (item.kind === "field") {
    return words.kind_field;
  }
  return fields ? say(words.kind_case, { n: fields }) : words.kind_form;
};

const thumbnailOf = (item) => {
  const picture = new Image();
  picture.alt = "";
  picture.src = URL.createObjectURL(new Blob([item.thumbnail], { type: "image/jpeg" }));
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
  return picture;
};

/* One press asks, the second one does it */
const askTwice = (button, surely, then) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.dataset.asked) {
      then();
    } else {
      button.dataset.asked = "yes";
      button.textContent = surely;
      button.classList.add("danger");
    }
  });
};

/** Draw the list. `names` says who the people of this device are; `does` has `open(item)`, `discard(item)` and `mayDiscard(item)`. */
export const drawItems = ({ place, template, words, all, here, names, does }) => {
  const shown = all.filter((item) => !item.parent);
  place.replaceChildren(
    ...shown.map((item) => {
      const row = template.content.firstElementChild.cloneNode(true);
      const isMine = here === undefined || item.person === here?.person;
      row.dataset.state = item.state;
      row.querySelector("[data-kind]").textContent = kindOf(item, all, words);
      row.querySelector("[data-state]").textContent = isMine
        ? words[`state_${item.state}`]
        : say(words.of_other, { name: names.get(item.person) ?? "" });
      const time = row.querySelector("time");
      time.dateTime = new Date(item.at).toISOString();
      time.textContent = inWords.minute(new Date(item.at));
      const pictured = [item, ...all.filter((each) => each.parent === item.id)].find((each) => each.thumbnail);
      if (pictured) {
        row.querySelector(".kept-thumbnail").append(thumbnailOf(pictured));
      }
      const question = row.querySelector("[data-open-question]");
      if (item.state === "asks" && item.person === here?.person) {
        question.hidden = false;
        question.textContent = words.open;
        question.addEventListener("click", () => does.open(item));
      }
      const discard = row.querySelector("[data-discard]");
      discard.textContent = words.discard;
      if (does.mayDiscard(item)) {
        const hasFields = all.some((each) => each.parent === item.id);
        askTwice(discard, hasFields ? words.discard_with_fields : words.discard_surely, () => does.discard(item));
      }
      return row;
    }),
  );
};
