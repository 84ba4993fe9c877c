/* Words and numbers the parts of the workspace share. */
(() => {
  "use strict";
  const review = window.hematovision.review;

  review.percent = (share) => (share === null || share === undefined ? "" : `${(share * 100).toFixed(share >= 0.9995 ? 0 : 1)} %`);
  review.plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
  review.groupName = (code, classes) =>
    ({ not_read: "Not read yet", excluded: "Excluded", unidentified: "Unidentified" })[code] ?? classes[code].plural;
  review.clock = (iso) => new Intl.DateTimeFormat("en-GB", { timeStyle: "short" }).format(new Date(iso));

  /* A cell in one line, for those who hear it */
  review.describeWith = ({ store, classes, hidden }) => (cell) => {
    const image = store.image(cell);
    const parts = [`Cell ${cell.n} of field ${image?.ordinal ?? "?"}`];
    if (cell.removed) {
      parts.push("removed as a false detection");
    } else if (cell.excluded) {
      parts.push("excluded");
    } else if (hidden() && !cell.reviewed) {
      parts.push("not read yet");
    } else {
      parts.push((classes[cell.label] || classes.unidentified).label.toLowerCase());
      parts.push(cell.reviewed ? "reviewed" : cell.score === null ? "suggested" : `suggested with ${review.percent(cell.score)}`);
    }
    if (cell.flagged) {
      parts.push("flagged");
    }
    if (cell.unsaved) {
      parts.push("not saved yet");
    }
    return parts.join(", ");
  };
})();
