/* A case in a store, as the server tells it. */
import { createStore } from "../../static/review/store.js";

export const CLASSES = ["neutrophil", "eosinophil", "lymphocyte", "monocyte", "unidentified"];

export const cell = (id, changes = {}) => ({
  id,
  n: Number(id.replace(/\D/g, "")),
  image: "f1",
  box: [0, 0, 30, 30],
  label: "neutrophil",
  score: 0.9,
  novelty: 0,
  reviewed: false,
  excluded: false,
  removed: false,
  flagged: false,
  pending: false,
  revision: 1,
  ai: { label: "neutrophil" },
  ...changes,
});

export const answer = (cells, changes = {}) => ({
  cells,
  images: [
    { id: "f1", ordinal: 1 },
    { id: "f2", ordinal: 2 },
  ],
  todo: {},
  keys: {},
  blind: false,
  lease: { mine: true },
  undo: false,
  redo: false,
  ...changes,
});

/** A store that has loaded `cells`, and the list of changes it told of since. */
export const loaded = (cells, { wishes = {}, ...changes } = {}) => {
  const store = createStore({ classes: CLASSES, sort: "place", ...wishes });
  const told = [];
  store.reset(answer(cells, changes));
  store.listen((change) => told.push(change));
  return { store, told };
};
