/* Signing with a passkey or security key: ask the device, send its answer with the form. */
import { gettext } from "../shared/words.js";

const button = document.getElementById("sign-with-key");
const data = document.getElementById("key-challenge");
const answer = document.getElementById("id_credential");
const problem = document.getElementById("key-problem");

const sign = async () => {
  problem.hidden = true;
  button.disabled = true;
  try {
    const credential = await window.webauthnJSON.get(JSON.parse(data.textContent).request_options);
    answer.value = JSON.stringify(credential);
    answer.form.submit();
  } catch {
    problem.textContent = gettext("The key did not answer. Nothing was signed; try again or use your password.");
    problem.hidden = false;
    button.disabled = false;
  }
};
if (button && data && answer && window.webauthnJSON) {
  button.addEventListener("click", sign);
}
