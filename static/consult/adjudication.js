/* The list of differences: one press chooses for all rows, and naming another class chooses it. */
const form = document.querySelector("[data-adjudicate]");
for (const button of document.querySelectorAll("[data-choose-all]")) {
  button.addEventListener("click", () => {
    for (const radio of form.querySelectorAll(`input[type="radio"][value="${button.dataset.chooseAll}"]`)) {
      radio.checked = true;
    }
    form.querySelector("[type=submit]").focus();
  });
}
for (const select of document.querySelectorAll("[data-other]")) {
  select.addEventListener("change", () => {
    select.closest(".co-choice").querySelector("input").checked = true;
  });
}
