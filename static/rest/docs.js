// Starts the API pages. No inline script and no foreign origin: they work under our content
// security policy and in a clinic without internet.
const place = document.getElementById("api-docs");
const csrf = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
// The pages of the library are dark by a class, ours by the chosen theme or the system's.
const root = document.documentElement;
const system = window.matchMedia("(prefers-color-scheme: dark)");
const paint = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  root.classList.toggle("dark-mode", dark);
};
paint();
system.addEventListener("change", paint);

window.SwaggerUIBundle({
  url: place.dataset.schema,
  dom_id: "#api-docs",
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  filter: true,
  validatorUrl: null,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET" && csrf) {
      request.headers["X-CSRFToken"] = csrf[1];
    }
    return request;
  },
});
