/* Which cells are shown, in which group, in which order. Pure: cells and wishes in, groups out. */
const NOT_READ = "not_read";
const EXCLUDED = "excluded";

const score = (cell) => (cell.score === null || cell.score === undefined ? -1 : cell.score);
const place = (cell, images) => [images.get(cell.image)?.ordinal ?? 0, cell.n];
const byPlace = (images) => (a, b) => {
  const [field, n] = place(a, images);
  const [otherField, otherN] = place(b, images);
  return field - otherField || n - otherN;
};
const SORTS = {
  doubt: (images) => (a, b) => score(a) - score(b) || (b.novelty ?? 0) - (a.novelty ?? 0) || byPlace(images)(a, b),
  novelty: (images) => (a, b) => (b.novelty ?? 0) - (a.novelty ?? 0) || byPlace(images)(a, b),
  sure: (images) => (a, b) => score(b) - score(a) || byPlace(images)(a, b),
  place: byPlace,
  size: (images) => (a, b) => b.box[2] * b.box[3] - a.box[2] * a.box[3] || byPlace(images)(a, b),
};
const SHOWS = {
  all: (cell) => !cell.removed,
  open: (cell) => !cell.reviewed,
  flagged: (cell) => cell.flagged && !cell.removed,
  decided: (cell) => cell.reviewed && !cell.removed,
  changed: (cell) => cell.reviewed && !cell.excluded && Boolean(cell.ai) && cell.ai.label !== cell.label,
  excluded: (cell) => cell.excluded,
};

/* While what the model says is hidden, a cell nobody has reviewed has no class to be shown under */
export const shownLabel = (cell, hidden) => (hidden && !cell.reviewed ? "" : cell.label || "");
export const groupOf = (cell, hidden) => {
  if (cell.excluded) {
    return EXCLUDED;
  }
  const label = shownLabel(cell, hidden);
  if (hidden && !cell.reviewed) {
    return NOT_READ;
  }
  return label || "unidentified";
};

export const arrange = (cells, { images, classes, sort, show, field, label, hidden }) => {
  const groups = new Map(
    [NOT_READ, "unidentified", ...classes.filter((code) => code !== "unidentified"), EXCLUDED].map((code) => [
      code,
      [],
    ]),
  );
  for (const cell of cells) {
    if (SHOWS[show](cell) && (!field || cell.image === field)) {
      const group = groupOf(cell, hidden);
      if (!label || group === label) {
        groups.get(group)?.push(cell);
      }
    }
  }
  /* Order by score would tell which cells the model is unsure of */
  const compare = (hidden && ["doubt", "novelty", "sure"].includes(sort) ? SORTS.place : SORTS[sort])(images);
  const shown = [];
  for (const [code, members] of groups) {
    if (members.length) {
      members.sort(compare);
      shown.push({ code, cells: members });
    }
  }
  return shown;
};
