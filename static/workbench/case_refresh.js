/* The case as it is now. htmx remembers the element that an answer is for: where an earlier answer takes it away, this
   one is dropped, and the newest image with it, for good where nothing is left to be analysed. So one request goes
   after the other, and what the page asked by itself meanwhile is not heard */
const refresh = async (place) => {
  const ignore = (event) => event.target === place && event.preventDefault();
  place.addEventListener("htmx:beforeOnLoad", ignore);
  const options = { target: place, swap: "outerHTML" };
  await window.htmx.ajax("GET", place.dataset.liveUrl, options).catch(() => {});
  place.removeEventListener("htmx:beforeOnLoad", ignore);
};
let refreshing = false;
let stale = false;

export const refreshCase = async () => {
  stale = true;
  if (refreshing || !window.htmx) {
    return;
  }
  refreshing = true;
  let place = document.getElementById("case-live");
  while (place && stale) {
    stale = false;
    await refresh(place);
    place = document.getElementById("case-live");
  }
  refreshing = false;
};
