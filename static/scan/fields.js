/* Buttons that read a code into a field of a form, and hand scanners that type into it. */
import { readCode } from "./dialog.js";
import { createBurst } from "./hand_scanner.js";

const sentences = document.getElementById("scan").dataset;

const ask = async (form, code) => {
  const body = new FormData();
  body.append("code", code);
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(sentences.address, { method: "POST", body, headers: { Accept: "application/json" } });
    return answer.redirected ? { sentence: sentences.signedOut } : await answer.json();
  } catch {
    return { sentence: sentences.offline };
  }
};

const fill = (input, value) => {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
};

/* As its button among the waiting orders does: what was typed is sent along and stays */
const takeOrder = (form, order) => {
  const button = Object.assign(document.createElement("button"), { name: "order", value: order, formNoValidate: true });
  button.hidden = true;
  form.append(button);
  form.requestSubmit(button);
};

const tell = (line, { sentence, address }) => {
  line.replaceChildren(sentence);
  if (address) {
    line.append(" ", Object.assign(document.createElement("a"), { href: address, textContent: sentences.open }));
  }
};

/* What becomes of a code, by what `data-scan` says the field holds */
const TAKE = {
  /* The number of a case that is to be opened: what is known under it comes first */
  async accession({ input, line, button }, code) {
    const { form } = input;
    const answer = await ask(form, code);
    tell(line, answer);
    const leads = "scanLeads" in button.dataset;
    if (answer.value !== undefined) {
      fill(input, answer.value);
    } else if (leads && answer.address) {
      window.location.assign(answer.address);
    } else if (leads && answer.order && form.querySelector("input[name=order]")?.value !== answer.order) {
      takeOrder(form, answer.order);
    }
  },
  mrn({ input, line }, code) {
    fill(input, code.trim());
    tell(line, { sentence: sentences.filled });
  },
  label({ input }, code) {
    fill(input, code.trim());
    input.form.requestSubmit();
  },
};

const start = (button) => {
  const input = document.getElementById(button.dataset.scanInto);
  if (!input || input.disabled) {
    button.hidden = true;
    return;
  }
  const place = { input, button, line: document.getElementById(`${button.dataset.scanInto}_scanned`) };
  const take = TAKE[button.dataset.scan];
  button.addEventListener("click", async () => {
    const code = await readCode();
    if (code !== null) {
      await take(place, code);
    }
  });
  /* Elsewhere Enter means what it means for fingers: find the patient, compare the label */
  if (button.dataset.scan === "accession") {
    const burst = createBurst();
    input.addEventListener("keydown", (event) => {
      const code = burst.press(event);
      if (code !== null) {
        event.preventDefault();
        take(place, code);
      }
    });
  }
};

document.querySelectorAll("button[data-scan]").forEach(start);
