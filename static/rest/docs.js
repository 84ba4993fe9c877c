// Starts the API pages. No inline script and no foreign origin: they work under our content
// security policy and in a clinic without internet.
"use strict";

(() => {
  const place = document.getElementById("api-docs");
  const csrf = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
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
})();
