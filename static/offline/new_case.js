/* A case that is opened without a connection: the form of a new case and its fields, kept together. */
import { withoutMetadata } from "../shared/without_metadata.js";
import { say } from "./items.js";
import { NotKept, keepForm } from "./keeping.js";
import { moveFields } from "./sending.js";

const NEW_CASE = "/cases/new/";
const NEEDED = ["mrn", "family_name"];

/** `owners()` are those whose key this browser has, who is here first; `refused()` the fields that lost their case. */
export const startNewCase = ({ form, words, owners, refused, onKept }) => {
  const choice = form.querySelector("#kept-owner");
  const files = [];
  const chosen = form.querySelector("[data-chosen]");
  const wrong = form.querySelector("[data-form-error]");
  const refusedOnes = form.querySelector("[data-refused]");

  const tell = (sentence) => {
    wrong.textContent = sentence;
    wrong.hidden = sentence === "";
  };
  const count = () => {
    chosen.textContent = files.length ? say(words.new_fields, { n: files.length }) : "";
  };
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      files.push(...input.files);
      input.value = "";
      count();
    });
  }

  const show = async () => {
    const people = await owners();
    choice.replaceChildren(...people.map((each) => new Option(each.name, each.person)));
    form.querySelector("[data-owners]").hidden = people.length < 2;
    form.hidden = people.length === 0;
    refusedOnes.hidden = (await refused(people[0]?.person)).length === 0;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    tell("");
    const entries = [...new FormData(form)].filter(([, value]) => typeof value === "string");
    if (NEEDED.some((name) => !form.elements[name].value.trim())) {
      tell(words.required);
      return;
    }
    const owner = (await owners()).find((each) => each.person === choice.value);
    try {
      const clean = (await Promise.all(files.map(withoutMetadata))).map((each) => each.file);
      const all = [["action", "create"], ...entries];
      const [kept] = await keepForm(owner, { action: NEW_CASE, entries: all, files: clean });
      if (form.querySelector("#kept-refused").checked) {
        await moveFields(await refused(owner.person), kept.id);
      }
    } catch (error) {
      if (!(error instanceof NotKept)) {
        throw error;
      }
      tell(words[`said_${error.why}`]);
      return;
    }
    form.reset();
    files.length = 0;
    count();
    await onKept();
    await show();
  });
  return { show };
};
