/* Signing with a passkey or security key: ask the device, send its answer with the form. */
(() => {
  "use strict";
  const button = document.getElementById("sign-with-key");
  const data = document.getElementById("key-challenge");
  const answer = document.getElementById("id_credential");
  const problem = document.getElementById("key-problem");
  if (!button || !data || !answer || !window.webauthnJSON) {
    return;
  }
  button.addEventListener("click", async () => {
    problem.hidden = true;
    button.disabled = true;
    try {
      const credential = await window.webauthnJSON.get(JSON.parse(data.textContent).request_options);
      answer.value = JSON.stringify(credential);
      answer.form.submit();
    } catch (error) {
      problem.textContent = "The key did not answer. Nothing was signed; try again or use your password.";
      problem.hidden = false;
      button.disabled = false;
    }
  });
})();
