/* Files that are dropped on a place, where the page has one. */
export const acceptDrops = (place, take) => {
  if (!place) {
    return;
  }
  let depth = 0;
  place.addEventListener("dragenter", () => {
    depth += 1;
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => {
    depth -= 1;
    place.classList.toggle("over", depth > 0);
  });
  place.addEventListener("drop", (event) => {
    depth = 0;
    place.classList.remove("over");
    take(event.dataTransfer.files);
  });
  /* A picture dropped beside the target must not replace the page */
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (event.dataTransfer?.types.includes("Files")) {
        event.preventDefault();
      }
    });
  }
};
