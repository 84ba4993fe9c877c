/* Numbers as people read them. */

/** A share of one as percent, one decimal; "100 %" only for what rounds to it; nothing where there is no share. */
export const percent = (share) =>
  share === null || share === undefined ? "" : `${(share * 100).toFixed(share >= 0.9995 ? 0 : 1)} %`;

/** A score and, where no class was named, the class it is of: "Monocyte 95.8 %", or with its letter "M 95.8 %". */
export const scoreOf = (share, nearest, name = "label") => [nearest?.[name], percent(share)].filter(Boolean).join(" ");

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
